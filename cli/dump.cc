// savvy dump: every entry of a snapshot as a row.

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/row_command.h"
#include "cli/say.h"
#include "cli/work_options.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

constexpr int kFine = 0;
constexpr int kNothingFound = 1;
constexpr int kDamaged = 3;
constexpr int kUnsupported = 4;

int exit_code(const RowCommandOptions& options, const RowRunResult& result) {
  if (result.damaged) return kDamaged;
  if (!result.errors.empty()) return kUnsupported;
  if (options.strict && !result.opaque.empty()) return kUnsupported;
  if (RowFilter(options.filter).has_any() && options.limit > 0 && result.row_count == 0) {
    say("savvy: nothing in {} matches the filters\n", options.snapshot.path);
    return kNothingFound;
  }
  return kFine;
}

int run_dump(const RowCommandOptions& options) {
  const RowFilter filter(options.filter);
  const LocalStorage storage;
  const Snapshot snapshot(options.snapshot.path, options.snapshot.path_map(), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  RowRunOptions run = row_run_options(options);
  run.rows.keys = std::make_shared<KeyPlan>(snapshot, registry, filter, *run.rows.messages);
  const RowRunResult result = run_rows(snapshot, filter, registry, run, options.output);
  return exit_code(options, result);
}

void add_row_options(CLI::App& command, RowCommandOptions& options) {
  add_row_format_options(command, options);
  command.add_flag(
      "--sort", options.sort,
      "Order operators by id and the entries of each key group by state name and key, so "
      "that equal keyed state gives equal text whatever backend wrote it");
  add_temp_directory_option(command, options.temp_directory,
                            "Where to keep what does not fit in memory");
  add_row_output_option(command, options);
}

void add_run_options(CLI::App& command, RowCommandOptions& options) {
  add_jobs_option(command, options.jobs, "rows come in the same order for any number");
  add_row_reading_options(command, options);
  command.add_flag("--keep-going", options.keep_going,
                   "Go on behind a damaged key group or state; exit code 3 at the end");
  add_progress_options(command, options.progress);
}

}  // namespace

Command add_dump_command(CLI::App& program) {
  auto options = std::make_shared<RowCommandOptions>();
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
