#include "cli/rescale_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "format/errors.h"

namespace savvy {
namespace {

// UID=N, where the uid may hold "=".
OperatorParallelism parse_operator(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  OperatorParallelism named;
  const char* end = text.data() + text.size();
  const char* number = text.data() + (equals == std::string::npos ? text.size() : equals + 1);
  const auto [stop, error] = std::from_chars(number, end, named.parallelism);
  if (equals == std::string::npos || equals == 0 || error != std::errc() || stop != end) {
    throw UsageError(
        fmt::format("--operator {}: expected UID=N, for example --operator my-window=16", text));
  }
  named.operator_name = text.substr(0, equals);
  return named;
}

}  // namespace

void add_rescale_arguments(CLI::App& command, RescaleArguments& arguments) {
  command
      .add_option("--parallelism", arguments.parallelism,
                  "Subtasks of every operator, e.g. --parallelism 8; operators of max parallelism "
                  "1 stay as they are")
      ->type_name("N");
  command
      .add_option("--operator", arguments.operators,
                  "Subtasks of one operator, by uid, name or id; repeatable, "
                  "e.g. --operator my-window=16")
      ->type_name("UID=N")
      ->allow_extra_args(false);
  command
      .add_option("--max-parallelism", arguments.max_parallelism,
                  "Key groups of every operator, 1 to 32768: every key gets a new key group, "
                  "e.g. --max-parallelism 1024")
      ->type_name("M");
}

RescaleOptions rescale_options(const RescaleArguments& arguments) {
  RescaleOptions options;
  options.parallelism = arguments.parallelism;
  options.max_parallelism = arguments.max_parallelism;
  for (const std::string& text : arguments.operators) {
    options.operators.push_back(parse_operator(text));
  }
  check_rescale_options(options);
  return options;
}

}  // namespace savvy
