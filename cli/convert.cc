// savvy convert: a snapshot in the layout of another backend.

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/operators_rewrite.h"

namespace savvy {
namespace {

constexpr StoredLayout kLayouts[] = {StoredLayout::kCanonical, StoredLayout::kHeap,
                                     StoredLayout::kRocksdb};

struct ConvertCommand {
  OperatorsRewrite operators;
  std::string to;
};

std::vector<std::string> layout_names() {
  std::vector<std::string> names;
  for (const StoredLayout layout : kLayouts) names.emplace_back(to_string(layout));
  return names;
}

int run_convert(ConvertCommand& command) {
  for (const StoredLayout layout : kLayouts) {
    if (command.to == to_string(layout)) command.operators.layout = layout;
  }
  return rewrite_operators(command.operators);
}

}  // namespace

Command add_convert_command(CLI::App& program) {
  auto options = std::make_shared<ConvertCommand>();
  options->operators.command = "convert";
  CLI::App* command = program.add_subcommand(
      "convert", "Write a snapshot anew as a savepoint in the layout of another backend");
  command->footer(
      "canonical: a savepoint that every backend restores, entry by entry\n"
      "hashmap:   the native savepoint of the hashmap backend\n"
      "rocksdb:   the native savepoint of the RocksDB backend: restored by downloading files\n\n"
      "Example: savvy convert savepoint-1 savepoint-1-rocksdb --to rocksdb");
  add_rewrite_options(*command, options->operators.rewrite);
  command
      ->add_option("--to", options->to,
                   "Layout of all keyed state: canonical, hashmap or rocksdb, e.g. --to rocksdb")
      ->required()
      ->check(CLI::IsMember(layout_names()))
      ->type_name("LAYOUT");
  add_rescale_arguments(*command, options->operators.rescale);
  add_target_options(*command, options->operators.target);
  add_format_option(*command, options->operators.format);
  return {command, [options] { return run_convert(*options); }};
}

}  // namespace savvy
