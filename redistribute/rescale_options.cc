#include "redistribute/rescale_options.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

#include "format/errors.h"

namespace savvy {
namespace {

void check_range(std::int32_t value, std::string_view what) {
  if (value >= 1 && value <= kUpperBoundMaxParallelism) return;
  throw UsageError(fmt::format("{} {}: expected 1 to {}", what, value, kUpperBoundMaxParallelism));
}

void check_below_max(std::int32_t parallelism, const RescaleOptions& options,
                     std::string_view what) {
  check_range(parallelism, what);
  if (!options.max_parallelism || parallelism <= *options.max_parallelism) return;
  throw UsageError(fmt::format("{} {} is more than max parallelism {}", what, parallelism,
                               *options.max_parallelism));
}

}  // namespace

void check_rescale_options(const RescaleOptions& options) {
  if (options.max_parallelism) check_range(*options.max_parallelism, "max parallelism");
  if (options.parallelism) check_below_max(*options.parallelism, options, "parallelism");
  std::map<std::string_view, std::int32_t> asked;
  for (const OperatorParallelism& op : options.operators) {
    check_below_max(op.parallelism, options,
                    fmt::format("operator \"{}\": parallelism", op.operator_name));
    const auto [entry, is_new] = asked.try_emplace(op.operator_name, op.parallelism);
    if (is_new || entry->second == op.parallelism) continue;
    throw UsageError(fmt::format("operator \"{}\" is given parallelism {} and {}", op.operator_name,
                                 entry->second, op.parallelism));
  }
}

bool is_operator(const OperatorState& op, const std::string& name) {
  if (name.empty()) return false;
  if (op.uid == name || op.name == name) return true;
  if (parse_operator_id(name) == op.id) return true;
  return op.uid.empty() && operator_id_of_uid(name) == op.id;
}

std::vector<std::optional<std::int32_t>> named_parallelisms(
    const RescaleOptions& options, const std::vector<OperatorState>& operators) {
  std::vector<std::optional<std::int32_t>> result(operators.size());
  std::vector<std::string_view> named_by(operators.size());
  for (const OperatorParallelism& asked : options.operators) {
    bool matched = false;
    for (std::size_t i = 0; i < operators.size(); ++i) {
      if (!is_operator(operators[i], asked.operator_name)) continue;
      matched = true;
      if (result[i] && *result[i] != asked.parallelism) {
        throw UnsupportedError(
            fmt::format("operator \"{}\" is given parallelism {} as \"{}\" and {} as \"{}\"",
                        operator_label(operators[i]), *result[i], named_by[i], asked.parallelism,
                        asked.operator_name));
      }
      result[i] = asked.parallelism;
      named_by[i] = asked.operator_name;
    }
    if (matched) continue;
    throw UnsupportedError(fmt::format("no operator of the snapshot has the uid, name or id \"{}\"",
                                       asked.operator_name));
  }
  return result;
}

}  // namespace savvy
