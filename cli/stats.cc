// savvy stats: how many and how large, a state at a time, and what stands out.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <thread>

#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/record_output.h"
#include "cli/say.h"
#include "cli/stats_report.h"
#include "cli/stats_run.h"
#include "cli/work_options.h"
#include "format/byte_units.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

constexpr int kFine = 0;
constexpr int kNothingFound = 1;

constexpr std::uint64_t kDefaultCacheBytes = 64 * kMiB;

struct StatsOptions {
  SnapshotOptions snapshot;
  RowFilterOptions filter;
  FormatOption format;
  TtlOptions ttl;
  std::size_t top_count = 10;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::uint64_t block_cache = kDefaultCacheBytes;
  ProgressOptions progress;
};

std::string render(const StatsReport& report, DocumentFormat format) {
  switch (format) {
    case DocumentFormat::kText:
      return stats_text(report);
    case DocumentFormat::kJson:
      return pretty_text(stats_json(report));
    case DocumentFormat::kJsonl:
      return records_jsonl(stats_records(report));
    case DocumentFormat::kCsv:
      break;
  }
  return stats_csv(report);
}

// States are listed without regard to key groups.
bool found_something(const StatsTable& table, const RowFilter& filter) {
  return std::any_of(table.states().begin(), table.states().end(), [&](const auto& listed) {
    const StateStats& stats = listed.second;
    return !filter.has_key_groups() || stats.entries() > 0 || stats.empty_collections > 0 ||
           !stats.undecoded.empty();
  });
}

int run_stats(const StatsOptions& options) {
  const RowFilter filter(options.filter);
  StatsRunOptions run;
  run.top_count = options.top_count;
  run.jobs = options.jobs;
  run.ttl = std::make_shared<TtlRules>(options.ttl);
  run.cache = std::make_shared<RocksdbCache>(options.block_cache);
  run.progress = options.progress;
  const LocalStorage storage;
  const Snapshot snapshot(options.snapshot.path, options.snapshot.path_map(), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  const StatsTable table = read_stats(snapshot, registry, filter, run);
  Output("").write(render({snapshot, filter, *run.ttl, table}, options.format.format()));
  for (const std::string& note : run.ttl->unused()) say("note: {}\n", note);
  if (filter.has_any() && !found_something(table, filter)) {
    say("savvy: nothing in {} matches the filters\n", options.snapshot.path);
    return kNothingFound;
  }
  return kFine;
}

}  // namespace

Command add_stats_command(CLI::App& program) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command = program.add_subcommand(
      "stats", "Count and measure the entries of each state: skew, largest keys, largest values");
  command->footer("Example: savvy stats chk-42 --state session --ttl session=12h --top 3");
  add_snapshot_options(*command, options->snapshot);
  add_format_option(*command, options->format);
  command
      ->add_option("--top", options->top_count,
                   "How many of the largest keys and values of each state, e.g. --top 3 (10 by "
                   "default)")
      ->check(CLI::Range(0, 10000))
      ->type_name("N");
  add_place_filter_options(*command, options->filter);
  add_ttl_options(*command, options->ttl);
  add_jobs_option(*command, options->jobs,
                  "at most 16 are used; the result is the same for any number");
  add_block_cache_option(*command, options->block_cache);
  add_progress_options(*command, options->progress);
  return {command, [options] { return run_stats(*options); }};
}

}  // namespace savvy
