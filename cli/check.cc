// savvy check: is a snapshot whole?

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <thread>

#include "cli/check_chain.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/finding_output.h"
#include "cli/output.h"
#include "cli/read_data_option.h"
#include "cli/rendering.h"
#include "cli/snapshot_check.h"
#include "cli/table.h"
#include "cli/work_options.h"
#include "format/errors.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

struct CheckOptions {
  SnapshotOptions snapshot;
  ChainOptions chain;
  FormatOption format;
  ReadDataOption read_data;
  bool fail_fast = false;
  bool strict = false;
  std::string explain;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string temp_directory;

  CheckDepth depth() const {
    CheckDepth depth;
    depth.data_percent = read_data.percent();
    depth.after_error = fail_fast ? AfterError::kStop : AfterError::kGoOn;
    depth.jobs = jobs;
    depth.temp_directory = temp_directory;
    return depth;
  }
};

// "checked: metadata, 24 files of 89.8 KiB; data not read (--read-data)".
std::string coverage_text(const SnapshotCheck& check, const CheckDepth& depth) {
  if (!check.snapshot) return "checked: nothing but the metadata, which could not be read";
  const bool has_error = check.findings.error_count() > 0;
  if (has_error && depth.after_error == AfterError::kStop) {
    return "the rest was not checked (--fail-fast)";
  }
  std::string text = fmt::format("checked: metadata, {} of {}", counted(check.files.count, "file"),
                                 human_bytes(check.files.bytes));
  if (!depth.data_percent) return text + "; data not read (--read-data)";
  if (*depth.data_percent == kAllData) {
    return text + ", and all data in them" + (has_error ? " that can be read" : "");
  }
  return text + fmt::format(", and {} % of the data in them", *depth.data_percent);
}

std::string render_text(const SnapshotCheck& check, const CheckDepth& depth) {
  return findings_text(check.findings.findings()) +
         fmt::format("{}; {}\n", finding_counts_text(check.findings), coverage_text(check, depth));
}

Json check_json(const SnapshotCheck& check, const CheckOptions& options, const CheckDepth& depth) {
  Json document = json_document();
  document["snapshot"] = check.snapshot ? check.snapshot->metadata_path() : options.snapshot.path;
  document["read_data_percent"] = depth.data_percent.value_or(0);
  document["error_count"] = check.findings.error_count();
  document["warning_count"] = check.findings.warning_count();
  document["findings"] = finding_records(check.findings.findings());
  return document;
}

std::string render(const SnapshotCheck& check, const CheckOptions& options,
                   const CheckDepth& depth) {
  return render({.text = [&] { return render_text(check, depth); },
                 .document = [&] { return check_json(check, options, depth); },
                 .records = [&] { return finding_records(check.findings.findings()); },
                 .columns = finding_columns()},
                options.format.format());
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
  add_read_data_option(command, options.read_data);
  command.add_flag("--fail-fast", options.fail_fast, "Stop at the first error, e.g. in a script");
  command.add_flag("--strict", options.strict, "Exit with 1 for warnings too");
  command
      .add_option("--explain", options.explain,
                  "Say what a finding means, e.g. --explain SV101; needs no snapshot")
      ->type_name("CODE");
  add_jobs_option(command, options.jobs, "the findings are the same for any number");
  add_temp_directory_option(command, options.temp_directory,
                            "Where change logs that do not fit in memory are sorted");
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
