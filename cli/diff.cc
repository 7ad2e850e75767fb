// savvy diff: what changed between two snapshots, by operator, state and key.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <thread>

#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/diff_output.h"
#include "cli/say.h"
#include "cli/work_options.h"
#include "format/byte_units.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

constexpr int kEqual = 0;
constexpr int kDiffers = 1;
constexpr int kNothingFound = 1;

// Rows on a terminal that nobody asked to see all of.
constexpr std::uint64_t kTextRows = 20;

constexpr std::uint64_t kDefaultCacheBytes = 64 * kMiB;

struct DiffCommandOptions {
  SnapshotOptions before;  // with the --map rules of both
  std::string after;
  RowFilterOptions filter;
  std::string format;
  std::optional<std::uint64_t> limit;
  bool keys_only = false;
  bool summary = false;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string temp_directory;
  std::uint64_t block_cache = kDefaultCacheBytes;
};

// Counts only.
class NoRows final : public DiffSink {
 public:
  bool add(const DiffRow&) override { return true; }
};

DocumentFormat format_of(const std::string& word) {
  if (word.empty()) {
    return isatty(STDOUT_FILENO) != 0 ? DocumentFormat::kText : DocumentFormat::kJsonl;
  }
  return FormatOption{word}.format();
}

DiffOptions diff_options(const DiffCommandOptions& options) {
  DiffOptions diff;
  diff.filter = RowFilter(options.filter);
  diff.content = options.keys_only ? RowContent::kKeysOnly : RowContent::kWhole;
  diff.temp_directory = options.temp_directory;
  diff.jobs = options.jobs;
  diff.block_cache_bytes = options.block_cache;
  return diff;
}

DiffResult write_diff(const Snapshot& before, const Snapshot& after,
                      const DiffCommandOptions& options, Output& output) {
  const DocumentFormat format = format_of(options.format);
  if (options.summary) {
    NoRows no_rows;
    DiffResult result = diff_snapshots(before, after, diff_options(options), no_rows);
    write_diff_summary(result, format, output);
    return result;
  }
  const bool is_text = format == DocumentFormat::kText;
  const std::uint64_t limit = options.limit.value_or(is_text ? kTextRows : kNoLimit);
  DiffWriter writer(format, limit, output);
  DiffResult result = diff_snapshots(before, after, diff_options(options), writer);
  writer.finish();
  if (is_text) {
    const std::uint64_t total = result.structure_differences + result.entry_differences;
    if (total > limit) output.write(fmt::format("... and {} more\n", total - limit));
    if (total > 0) output.write("\n");
    output.write(diff_summary_text(result));
  }
  return result;
}

// Coordinators and hooks of the master are no states: only their entries tell of them.
bool compared_something(const DiffResult& result) {
  return result.matched ||
         std::any_of(result.counts.begin(), result.counts.end(), [](const auto& state) {
           return state.second.entries_before + state.second.entries_after > 0;
         });
}

int run_diff(const DiffCommandOptions& options) {
  const RowFilter checked(options.filter);
  const LocalStorage storage;
  const Snapshot before(options.before.path, options.before.path_map(), storage);
  const Snapshot after(options.after, options.before.path_map(), storage);
  Output output("");
  const DiffResult result = write_diff(before, after, options, output);
  output.finish();
  for (const std::string& note : result.notes) say("note: {}\n", note);
  if (checked.has_any() && result.equal() && !compared_something(result)) {
    say("savvy: nothing in {} and {} matches the filters\n", options.before.path, options.after);
    return kNothingFound;
  }
  return result.equal() ? kEqual : kDiffers;
}

void add_filters(CLI::App& command, RowFilterOptions& options) {
  const auto repeatable = [&command](const std::string& name, auto& target, const std::string& type,
                                     const std::string& help) {
    command.add_option(name, target, help)
        ->type_name(type)
        ->allow_extra_args(false)
        ->group("Filters (repeatable; a difference matches one of each kind given)");
  };
  repeatable("--operator", options.operators, "UID|NAME|ID",
             "Only this operator, e.g. --operator my-uid");
  repeatable("--state", options.states, "NAME", "Only the state of this name, e.g. --state count");
  repeatable("--key-group", options.key_groups, "A[-B]", "Only these key groups, e.g. 0-42");
  repeatable("--kind", options.kinds, "KIND",
             "Only state of this kind: keyed, timer, list, union, broadcast, raw_keyed, "
             "raw_operator, coordinator, channel, master");
}

void add_output_options(CLI::App& command, DiffCommandOptions& options) {
  command
      .add_option("--format", options.format,
                  "text, json, jsonl or csv; without it text on a terminal and jsonl in a pipe")
      ->check(CLI::IsMember({"text", "json", "jsonl", "csv"}))
      ->type_name("FORMAT");
  command
      .add_option("--limit", options.limit,
                  "At most this many differences, e.g. --limit 10; as text 20 by default, and all "
                  "are counted")
      ->check(refuse_negative)
      ->type_name("N");
  command.add_flag("--keys-only", options.keys_only,
                   "Leave values out of the rows; they are compared all the same");
  command.add_flag(
      "--summary", options.summary,
      "How many entries were compared, and how many rows differ, a state at a time, and no "
      "rows (a list is one entry, and a row an element)");
}

void add_work_options(CLI::App& command, DiffCommandOptions& options) {
  add_temp_directory_option(command, options.temp_directory,
                            "Where what does not fit in memory is sorted");
  add_jobs_option(command, options.jobs, "differences come in the same order for any number");
  add_block_cache_option(command, options.block_cache);
}

}  // namespace

Command add_diff_command(CLI::App& program) {
  auto options = std::make_shared<DiffCommandOptions>();
  CLI::App* command = program.add_subcommand(
      "diff", "Show what changed between two snapshots; exit code 1 if anything did");
  command->footer("Example: savvy diff chk-41 chk-42 --state count");
  command->add_option("A", options->before.path, "The snapshot before, e.g. chk-41")->required();
  command->add_option("B", options->after, "The snapshot after, e.g. chk-42")->required();
  command
      ->add_option("--map", options->before.map_rules,
                   "Where a URI prefix of the snapshots lives here; repeatable, longest prefix "
                   "wins, e.g. --map s3://bucket/flink=/mnt/flink")
      ->type_name("FROM=TO")
      ->allow_extra_args(false);
  add_output_options(*command, *options);
  add_filters(*command, options->filter);
  add_work_options(*command, *options);
  return {command, [options] { return run_diff(*options); }};
}

}  // namespace savvy
