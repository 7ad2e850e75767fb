// savvy rescale: a snapshot at another parallelism, or with another number of key groups.

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/operators_rewrite.h"
#include "format/errors.h"

namespace savvy {
namespace {

int run_rescale(const OperatorsRewrite& command) {
  if (command.rescale.empty()) {
    throw UsageError(
        "rescale: nothing is asked for; give --parallelism, --operator or "
        "--max-parallelism");
  }
  return rewrite_operators(command);
}

}  // namespace

Command add_rescale_command(CLI::App& program) {
  auto options = std::make_shared<OperatorsRewrite>();
  options->command = "rescale";
  CLI::App* command = program.add_subcommand(
      "rescale", "Write a snapshot anew at another parallelism or max parallelism");
  command->footer("Example: savvy rescale savepoint-1 savepoint-1-at-8 --parallelism 8");
  add_rewrite_options(*command, options->rewrite);
  add_rescale_arguments(*command, options->rescale);
  add_format_option(*command, options->format);
  return {command, [options] { return run_rescale(*options); }};
}

}  // namespace savvy
