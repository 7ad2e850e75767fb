#include "cli/common_options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

namespace savvy {
namespace {

template <typename T>
void add_filter(CLI::App& command, const std::string& name, std::vector<T>& target,
                const std::string& type, const std::string& help) {
  command.add_option(name, target, help)
      ->type_name(type)
      ->allow_extra_args(false)
      ->group("Filters (repeatable; a row matches one of each kind given)");
}

}  // namespace

void add_map_option(CLI::App& command, std::vector<std::string>& rules) {
  command
      .add_option("--map", rules,
                  "Where a URI prefix of the snapshot lives here; repeatable, longest prefix wins, "
                  "e.g. --map s3://bucket/flink=/mnt/flink")
      ->type_name("FROM=TO")
      ->allow_extra_args(false);
}

void add_snapshot_options(CLI::App& command, SnapshotOptions& options) {
  command
      .add_option(
          "SNAPSHOT", options.path,
          "Directory that holds _metadata, or the metadata file itself, or a URI of either, "
          "e.g. /checkpoints/7d1c.../chk-42")
      ->required();
  add_map_option(command, options.map_rules);
}

void add_place_filter_options(CLI::App& command, RowFilterOptions& options) {
  add_filter(command, "--operator", options.operators, "UID|NAME|ID",
             "Only this operator, e.g. --operator my-uid");
  add_filter(command, "--state", options.states, "NAME",
             "Only the state of this name, e.g. --state count");
  add_filter(command, "--key-group", options.key_groups, "A[-B]",
             "Only these key groups, e.g. 0-42");
  add_filter(command, "--subtask", options.subtasks, "INDEX",
             "Only this subtask, e.g. --subtask 3");
  add_filter(command, "--kind", options.kinds, "KIND",
             "Only rows of this kind: keyed, timer, list, union, broadcast, raw_keyed, "
             "raw_operator, coordinator, channel, master");
}

void add_filter_options(CLI::App& command, RowFilterOptions& options) {
  add_place_filter_options(command, options);
  add_filter(command, "--key", options.keys, "JSON",
             "Only entries of this key, as JSON or as the text of a string key, "
             "e.g. --key '{\"f0\":1,\"f1\":\"a\"}'");
}

DocumentFormat FormatOption::format() const {
  if (word == "text") return DocumentFormat::kText;
  if (word == "jsonl") return DocumentFormat::kJsonl;
  if (word == "csv") return DocumentFormat::kCsv;
  if (word == "json") return DocumentFormat::kJson;
  return isatty(STDOUT_FILENO) != 0 ? DocumentFormat::kText : DocumentFormat::kJson;
}

void add_format_option(CLI::App& command, FormatOption& option) {
  command
      .add_option("--format", option.word,
                  "text, json, jsonl or csv; without it text on a terminal and json in a pipe")
      ->check(CLI::IsMember({"text", "json", "jsonl", "csv"}))
      ->type_name("FORMAT");
}

std::string refuse_negative(const std::string& text) {
  return text.starts_with('-') ? text + " is negative" : std::string();
}

}  // namespace savvy
