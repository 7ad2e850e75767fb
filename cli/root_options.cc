#include "cli/root_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <string_view>

#include "format/errors.h"

namespace savvy {

PathMap RootOptions::path_map() const {
  PathMap paths;
  for (const std::string& rule : map_rules) paths.add_rule(rule);
  return paths;
}

void add_root_options(CLI::App& command, RootOptions& options) {
  command
      .add_option("ROOT", options.root,
                  "Folder with snapshots below it, at any depth, e.g. /checkpoints")
      ->required();
  command
      .add_option(
          "--map", options.map_rules,
          "Where a URI prefix of the snapshots lives here; repeatable, longest prefix wins, "
          "e.g. --map s3://bucket/flink=/mnt/flink")
      ->type_name("FROM=TO")
      ->allow_extra_args(false);
}

std::optional<double> ReadDataOption::data_percent() const {
  if (option->count() == 0) return std::nullopt;
  std::string_view number = percent;
  if (number.ends_with('%')) number.remove_suffix(1);
  double share = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), share);
  const bool whole = error == std::errc() && end == number.data() + number.size();
  if (whole && share > 0 && share <= 100) return share;
  throw UsageError(fmt::format("--read-data={}: expected a share above 0 and up to 100", percent));
}

void add_read_data_option(CLI::App& command, ReadDataOption& option) {
  // A flag, so that the word behind it is ROOT.
  option.option = command
                      .add_flag("--read-data{100}", option.percent,
                                "Read all data too, or this share of it, chosen by position and "
                                "always the same, e.g. --read-data=5")
                      ->type_name("[=PERCENT]");
}

}  // namespace savvy
