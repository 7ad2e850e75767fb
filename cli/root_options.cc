#include "cli/root_options.h"

#include <CLI/CLI.hpp>

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
  return percent;
}

void add_read_data_option(CLI::App& command, ReadDataOption& option) {
  option.option = command
                      .add_option("--read-data", option.percent,
                                  "Read all data too, or this share of it, chosen by position and "
                                  "always the same, e.g. --read-data=5")
                      ->type_name("[=PERCENT]")
                      ->expected(0, 1);
}

}  // namespace savvy
