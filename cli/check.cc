// savvy check: is a snapshot whole?

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <thread>

#include "cli/check_chain.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/finding_output.h"
#include "cli/output.h"
#include "cli/record_output.h"
#include "cli/snapshot_check.h"
#include "cli/table.h"
#include "readers/inventory.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

constexpr double kAllData = 100;

struct CheckOptions {
  SnapshotOptions snapshot;
  ChainOptions chain;
  FormatOption format;
  CLI::Option* read_data = nullptr;
  double data_percent = kAllData;
  bool fail_fast = false;
  bool strict = false;
  std::string explain;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string temp_directory;

  CheckDepth depth() const {
    CheckDepth depth;
    if (read_data->count() > 0) depth.data_percent = data_percent;
    depth.after_error = fail_fast ? AfterError::kStop : AfterError::kGoOn;
    depth.jobs = jobs;
    depth.temp_directory = temp_directory;
    return depth;
  }
};

// "checked: metadata, 24 files of 89.8 KiB; data not read (--read-data)".
std::string coverage_text(const SnapshotCheck& check, const CheckDepth& depth) {
  if (!check.snapshot) return "checked: nothing but the metadata, which could not be read";
  const InventoryTotals totals = total(read_inventory(*check.snapshot));
  std::string text = fmt::format("checked: metadata, {} files of {}", totals.file_count,
                                 human_bytes(totals.file_bytes));
  if (!depth.data_percent) return text + "; data not read (--read-data)";
  if (*depth.data_percent == kAllData) return text + ", and all data in them";
  return text + fmt::format(", and {} % of the data in them", *depth.data_percent);
}

std::string render_text(const SnapshotCheck& check, const CheckDepth& depth) {
  return findings_text(check.findings.findings()) +
         fmt::format("{}; {}\n", finding_counts_text(check.findings), coverage_text(check, depth));
}

std::string render_json(const SnapshotCheck& check, const CheckOptions& options,
                        const CheckDepth& depth) {
  Json document = json_document();
  document["snapshot"] = check.snapshot ? check.snapshot->metadata_path() : options.snapshot.path;
  document["read_data_percent"] = depth.data_percent.value_or(0);
  document["error_count"] = check.findings.error_count();
  document["warning_count"] = check.findings.warning_count();
  document["findings"] = finding_records(check.findings.findings());
  return pretty_text(document);
}

std::string render(const SnapshotCheck& check, const CheckOptions& options,
                   const CheckDepth& depth) {
  switch (options.format.format()) {
    case DocumentFormat::kText:
      return render_text(check, depth);
    case DocumentFormat::kJson:
      return render_json(check, options, depth);
    case DocumentFormat::kJsonl:
      return records_jsonl(finding_records(check.findings.findings()));
    case DocumentFormat::kCsv:
      break;
  }
  return findings_csv(check.findings.findings());
}

int run_check(const CheckOptions& options) {
  if (!options.explain.empty()) {
    Output("").write(explain_code(options.explain));
    return 0;
  }
  const CheckDepth depth = options.depth();
  const Warnings warnings = options.strict ? Warnings::kFail : Warnings::kPass;
  if (!options.chain.root.empty()) {
    if (!options.snapshot.path.empty()) throw UsageError("SNAPSHOT or --chain ROOT, not both");
    return run_check_chain(options.chain, options.snapshot.path_map(), options.format.format(),
                           depth, warnings);
  }
  if (!options.chain.without.empty() || !options.chain.graph_file.empty()) {
    throw UsageError("--without and --graph need --chain ROOT");
  }
  if (options.snapshot.path.empty()) throw UsageError("SNAPSHOT is required");
  const LocalStorage storage;
  const SnapshotCheck check =
      check_snapshot(options.snapshot.path, options.snapshot.path_map(), storage, depth);
  Output("").write(render(check, options, depth));
  return exit_code_of(check.findings, warnings);
}

void add_check_options(CLI::App& command, CheckOptions& options) {
  options.read_data =
      command
          .add_option("--read-data", options.data_percent,
                      "Read all data too, or this share of it, chosen by position and always the "
                      "same, e.g. --read-data=5")
          ->type_name("[=PERCENT]")
          ->expected(0, 1);
  command.add_flag("--fail-fast", options.fail_fast, "Stop at the first error, e.g. in a script");
  command.add_flag("--strict", options.strict, "Exit with 1 for warnings too");
  command
      .add_option("--explain", options.explain,
                  "Say what a finding means, e.g. --explain SV101; needs no snapshot")
      ->type_name("CODE");
  command
      .add_option("-j,--jobs", options.jobs, "Threads that read data; the findings are the same")
      ->check(CLI::Range(1U, 1024U));
  command
      .add_option("--tmp-dir", options.temp_directory,
                  "Where change logs that do not fit in memory are sorted, e.g. --tmp-dir /var/tmp")
      ->type_name("DIR");
}

}  // namespace

Command add_check_command(CLI::App& program) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = program.add_subcommand("check", "Say whether a snapshot is whole");
  command->footer("Example: savvy check chk-42 --read-data");
  add_snapshot_options(*command, options->snapshot);
  command->get_option("SNAPSHOT")->required(false);
  add_format_option(*command, options->format);
  add_check_options(*command, *options);
  add_chain_options(*command, options->chain);
  return {command, [options] { return run_check(*options); }};
}

}  // namespace savvy
