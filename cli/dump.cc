// savvy dump: every entry of a snapshot as a row.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <thread>

#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/message_types.h"
#include "cli/row_run.h"
#include "cli/ttl_options.h"
#include "format/errors.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

constexpr int kFine = 0;
constexpr int kNothingFound = 1;
constexpr int kDamaged = 3;
constexpr int kUnsupported = 4;

// For all threads together; what exceeds it goes to --tmp-dir.
constexpr std::size_t kSortBudgetBytes = 128 * 1024 * 1024;

constexpr std::uint64_t kDefaultCacheBytes = 64 * 1024 * 1024;

struct DumpOptions {
  SnapshotOptions snapshot;
  RowFilterOptions filter;
  std::string format = "jsonl";
  std::string int64 = "number";
  std::uint64_t limit = kNoLimit;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string output;
  bool strict = false;
  bool keys_only = false;
  bool keep_going = false;
  bool sort = false;
  ProgressOptions progress;
  std::string temp_directory;
  MessageOptions messages;
  TtlOptions ttl;
  std::uint64_t block_cache = kDefaultCacheBytes;
};

RowFormat row_format(const std::string& word) {
  if (word == "csv") return RowFormat::kCsv;
  if (word == "protobuf") return RowFormat::kProtobuf;
  return word == "json" ? RowFormat::kJson : RowFormat::kJsonl;
}

RowRunOptions run_options(const DumpOptions& options) {
  RowRunOptions run;
  run.rows.format = row_format(options.format);
  run.rows.content = options.keys_only ? RowContent::kKeysOnly : RowContent::kWhole;
  run.int64_style = options.int64 == "string" ? Int64Style::kString : Int64Style::kNumber;
  if (options.sort) {
    run.rows.sort = SortMemory{kSortBudgetBytes / options.jobs, options.temp_directory};
  }
  run.rows.temp_directory = options.temp_directory;
  run.rows.messages = std::make_shared<MessageTypes>(options.messages);
  run.rows.ttl = std::make_shared<TtlRules>(options.ttl);
  run.rows.cache = std::make_shared<RocksdbCache>(options.block_cache);
  run.limit = options.limit;
  run.jobs = options.jobs;
  run.progress = options.progress;
  run.errors = options.keep_going ? ErrorPolicy::kKeepGoing : ErrorPolicy::kStop;
  return run;
}

// Says what the rows cannot show.
void report(const RowRunResult& result) {
  for (const auto& [place, count] : result.opaque) {
    const auto& [op, state, type, reason] = place;
    fmt::print(stderr, "note: {} values of state \"{}\" of operator {} are bytes: {}: {}\n", count,
               state, op, type, reason);
  }
  for (const auto& [place, count] : result.empty) {
    fmt::print(stderr, "note: {} empty lists or maps of state \"{}\" of operator {} have no row\n",
               count, place.second, place.first);
  }
  for (const std::string& error : result.errors) fmt::print(stderr, "savvy: {}\n", error);
}

int exit_code(const DumpOptions& options, const RowRunResult& result) {
  if (result.damaged) return kDamaged;
  if (!result.errors.empty()) return kUnsupported;
  if (options.strict && !result.opaque.empty()) return kUnsupported;
  const RowFilterOptions& filter = options.filter;
  const bool named = !filter.operators.empty() || !filter.states.empty() || !filter.keys.empty();
  if (named && result.row_count == 0) {
    fmt::print(stderr, "savvy: nothing in {} matches the filters\n", options.snapshot.path);
    return kNothingFound;
  }
  return kFine;
}

int run_dump(const DumpOptions& options) {
  const RowFilter filter(options.filter);
  const LocalStorage storage;
  const Snapshot snapshot(options.snapshot.path, options.snapshot.path_map(), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  Output output(options.output);
  const RowRunOptions run = run_options(options);
  const RowRunResult result = write_rows(snapshot, registry, filter, run, output);
  output.finish();
  report(result);
  for (const std::string& rule : run.rows.messages->unused()) {
    fmt::print(stderr, "note: --proto-type {} met no state\n", rule);
  }
  for (const std::string& note : run.rows.ttl->unused()) fmt::print(stderr, "note: {}\n", note);
  return exit_code(options, result);
}

void add_row_options(CLI::App& command, DumpOptions& options) {
  command
      .add_option("--format", options.format,
                  "jsonl (default), json, csv, or protobuf: StateRow messages, each behind its "
                  "length")
      ->check(CLI::IsMember({"jsonl", "json", "csv", "protobuf"}))
      ->type_name("FORMAT");
  command
      .add_option("--int64", options.int64,
                  "How 64-bit integers come out: number (default) or string, for tools that lose "
                  "precision")
      ->check(CLI::IsMember({"number", "string"}))
      ->type_name("STYLE");
  command.add_option("--limit", options.limit, "At most this many rows, e.g. --limit 10")
      ->type_name("N");
  command.add_flag("--keys-only", options.keys_only, "Leave values out");
  command.add_flag(
      "--sort", options.sort,
      "Order operators by id and the entries of each key group by state name and key, so "
      "that equal keyed state gives equal text whatever backend wrote it");
  command
      .add_option("--tmp-dir", options.temp_directory,
                  "Where to keep what does not fit in memory, e.g. --tmp-dir /var/tmp")
      ->type_name("DIR");
  command
      .add_option("-o,--output", options.output,
                  "Write to this file, which appears when it is whole, e.g. -o rows.jsonl")
      ->type_name("FILE");
}

void add_run_options(CLI::App& command, DumpOptions& options) {
  command
      .add_option("-j,--jobs", options.jobs, "Threads; rows come in the same order for any number")
      ->check(CLI::Range(1U, 1024U))
      ->type_name("N");
  command
      .add_option("--block-cache", options.block_cache,
                  "Memory for blocks of RocksDB files, e.g. --block-cache 256MB (64MB by default)")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  command.add_flag("--strict", options.strict,
                   "Exit code 4 if any value could only be printed as bytes");
  command.add_flag("--keep-going", options.keep_going,
                   "Go on behind a damaged key group or state; exit code 3 at the end");
  add_progress_options(command, options.progress);
}

}  // namespace

Command add_dump_command(CLI::App& program) {
  auto options = std::make_shared<DumpOptions>();
  CLI::App* command = program.add_subcommand("dump", "Print every entry as JSON Lines");
  command->footer("Example: savvy dump chk-42 --state count --limit 5");
  add_snapshot_options(*command, options->snapshot);
  add_row_options(*command, *options);
  add_filter_options(*command, options->filter);
  add_message_options(*command, options->messages);
  add_ttl_options(*command, options->ttl);
  add_run_options(*command, *options);
  return {command, [options] { return run_dump(*options); }};
}

}  // namespace savvy
