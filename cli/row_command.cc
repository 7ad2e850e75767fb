#include "cli/row_command.h"

#include <CLI/CLI.hpp>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/say.h"
#include "cli/source_guard.h"
#include "cli/work_options.h"
#include "format/byte_units.h"

namespace savvy {
namespace {

// For all threads together; what exceeds it goes to --tmp-dir.
constexpr std::size_t kSortBudgetBytes = 128 * kMiB;

RowFormat row_format(const std::string& word) {
  if (word == "csv") return RowFormat::kCsv;
  if (word == "protobuf") return RowFormat::kProtobuf;
  return word == "json" ? RowFormat::kJson : RowFormat::kJsonl;
}

// Says what the rows cannot show.
void report(const RowRunResult& result) {
  for (const auto& [place, count] : result.opaque) {
    const auto& [op, state, type, reason] = place;
    say("note: {} values of state \"{}\" of operator {} are bytes: {}: {}\n", count, state, op,
        type, reason);
  }
  for (const auto& [place, count] : result.empty) {
    say("note: {} empty lists or maps of state \"{}\" of operator {} have no row\n", count,
        place.second, place.first);
  }
  for (const std::string& error : result.errors) say("savvy: {}\n", error);
}

RowRunResult write_to(const std::string& path, const Snapshot& snapshot, const RowFilter& filter,
                      const SerializerRegistry& registry, const RowRunOptions& run) {
  Output output(path, run.interrupted);
  RowRunResult result = write_rows(snapshot, registry, filter, run, output);
  output.finish();
  return result;
}

// Who reads standard output takes what comes; a file is whole, or nothing of it is left.
RowRunResult write_file(const std::string& path, const Snapshot& snapshot, const RowFilter& filter,
                        const SerializerRegistry& registry, const RowRunOptions& run) {
  require_no_file_of(snapshot, path);
  const InterruptGuard interrupt;
  RowRunOptions stoppable = run;
  stoppable.interrupted = &interrupt.flag();
  return write_to(path, snapshot, filter, registry, stoppable);
}

}  // namespace

RowRunOptions row_run_options(const RowCommandOptions& options) {
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

RowRunResult run_rows(const Snapshot& snapshot, const RowFilter& filter,
                      const SerializerRegistry& registry, const RowRunOptions& run,
                      const std::string& path) {
  RowRunResult result = path.empty() ? write_to(path, snapshot, filter, registry, run)
                                     : write_file(path, snapshot, filter, registry, run);
  report(result);
  for (const std::string& rule : run.rows.messages->unused()) {
    say("note: --proto-type {} met no state\n", rule);
  }
  for (const std::string& note : run.rows.ttl->unused()) say("note: {}\n", note);
  return result;
}

void add_row_format_options(CLI::App& command, RowCommandOptions& options) {
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
      ->check(refuse_negative)
      ->type_name("N");
  command.add_flag("--keys-only", options.keys_only, "Leave values out");
}

void add_row_output_option(CLI::App& command, RowCommandOptions& options) {
  command
      .add_option("-o,--output", options.output,
                  "Write to this file, which appears when it is whole, e.g. -o rows.jsonl")
      ->check([](const std::string& file) {
        return std::string(file.empty() ? "the name of the file is empty" : "");
      })
      ->type_name("FILE");
}

void add_row_reading_options(CLI::App& command, RowCommandOptions& options) {
  add_block_cache_option(command, options.block_cache);
  command.add_flag("--strict", options.strict,
                   "Exit code 4 if any value could only be printed as bytes");
}

}  // namespace savvy
