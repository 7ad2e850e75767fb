#include "cli/snapshot_rewrite.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "cli/common_options.h"
#include "cli/counting_folder.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/printable.h"
#include "cli/source_guard.h"
#include "cli/table.h"
#include "cli/work_options.h"
#include "format/byte_units.h"
#include "format/errors.h"
#include "format/kryo_release.h"
#include "readers/file_check.h"
#include "readers/inventory.h"
#include "readers/local_storage.h"
#include "writers/local_output.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

// For all threads together; what exceeds it goes to --tmp-dir.
constexpr std::size_t kSortBudgetBytes = 32 * kMiB;
// Flink 1.11 brought version 3, and handles relative to the metadata.
constexpr std::int32_t kFirstVersionWithRelativeFiles = 3;

// Stands for the folder while a rewrite is only planned.
class NoFolder final : public OutputFolder {
 public:
  std::unique_ptr<OutputFile> create(std::string_view name) override { refuse(name); }
  std::unique_ptr<RandomAccessFile> open(std::string_view name) const override { refuse(name); }
  void rename(std::string_view from, std::string_view) override { refuse(from); }
  void remove(std::string_view name) override { refuse(name); }

 private:
  [[noreturn]] static void refuse(std::string_view name) {
    throw IoError(IoDirection::kWriting, fmt::format("{}: a dry run writes nothing", name));
  }
};

SortMemory memory_of(const RewriteOptions& options) {
  return {kSortBudgetBytes / options.jobs, options.temp_directory};
}

// A rewrite takes about as much room as what it reads.
void require_room(const Snapshot& source, const std::string& destination) {
  // What is there, not what the metadata says is there.
  std::uint64_t wanted = 0;
  for (const FileEntry& file : read_inventory(source)) wanted += file.found_bytes.value_or(0);
  const std::uint64_t free = free_bytes(destination);
  if (free >= wanted) return;
  throw IoError(IoDirection::kWriting,
                fmt::format("{}: {} are free there, and the snapshot takes about {}", destination,
                            human_bytes(free), human_bytes(wanted)));
}

bool is_of_another_size(FindingCode code) {
  return code == FindingCode::kFileShort || code == FindingCode::kFileLong ||
         code == FindingCode::kSegmentOutside;
}

std::string size_text(const Finding& finding) {
  const FindingPlace& place = finding.place;
  const std::string subtask = place.subtask ? fmt::format(", subtask {}", *place.subtask) : "";
  return fmt::format("{}: recorded are {}, found {}\n  of operator {}{}", place.file,
                     finding.expected, finding.found, printable(place.operator_label), subtask);
}

// A file of another size than Flink recorded is damaged. Where its bytes are copied nothing else
// would notice, and the new snapshot could no longer tell.
void check_sizes(const Snapshot& source, bool refuse, RewriteNotes& notes) {
  FindingList findings;
  check_files(source, findings);
  for (const Finding& finding : findings.findings()) {
    if (!is_of_another_size(finding.code)) continue;
    if (refuse) {
      throw FormatError(
          size_text(finding) +
          "\nnothing is written, because the file is damaged; --no-verify goes on without "
          "this check");
    }
    notes.add(size_text(finding));
  }
}

std::vector<RewriteUnit> all_units(RewritePlan& plan, OutputFolder& folder) {
  std::vector<RewriteUnit> units = std::move(plan.units);
  for (std::size_t i = 0; i < plan.copies.size(); ++i) {
    units.emplace_back([&plan, &folder, i] { plan.copies.make(i, folder); });
  }
  return units;
}

// Differences are counted by the comparison itself.
class NoRows final : public DiffSink {
 public:
  bool add(const DiffRow&) override { return true; }
};

// What is known before anything is written.
void check_target(const RewritePlan& plan, RewriteNotes& notes) {
  Metadata known = plan.metadata;
  for (const std::string& note : retarget_metadata(known, plan.target)) notes.add(note);
}

// Flink goes on with the handles of a restored log until it materializes, and looks for what they
// name relative to the next checkpoint there (ChangelogKeyedStateBackend.completeRestore).
void note_change_logs(const Metadata& metadata, RewriteNotes& notes) {
  for (const OperatorState& op : metadata.operators) {
    const bool has_log =
        std::any_of(op.subtasks.begin(), op.subtasks.end(), [](const Subtask& subtask) {
          return handle_as<ChangelogHandle>(subtask.managed_keyed_state) != nullptr;
        });
    if (!has_log) continue;
    notes.add(fmt::format(
        "operator {} keeps its change log: the first checkpoints of a job restored from "
        "here may name its files where they are not (FLINK-39964), until it has "
        "materialized; convert writes no log",
        operator_label(op)));
  }
}

// Bytes of unknown types can be written to a layout where they cannot be told apart again.
DiffResult compare(const Snapshot& source, const Snapshot& written, const DiffOptions& options) {
  NoRows rows;
  try {
    return diff_snapshots(source, written, options, rows);
  } catch (const UnsupportedError& error) {
    throw UnsupportedError(
        fmt::format("{}\nnothing is written, because the result cannot be compared with its "
                    "source; --no-verify writes it without comparing",
                    error.what()));
  }
}

DiffResult verify(const Snapshot& source, const std::string& metadata_path,
                  const std::string& destination, const RewriteOptions& options,
                  const std::atomic<bool>& interrupted) {
  const LocalStorage storage(IoDirection::kWriting);  // what cannot be read back is not written
  const Snapshot written(metadata_path, PathMap(options.map_rules), storage);
  DiffOptions diff;
  diff.temp_directory = options.temp_directory;
  diff.jobs = options.jobs;
  diff.block_cache_bytes = options.block_cache;
  // Values are copied, whatever the version of the metadata around them.
  diff.kryo_of_second = kryo_release(source.metadata().version);
  diff.interrupted = &interrupted;
  DiffResult result = compare(source, written, diff);
  if (!result.equal()) {
    throw IoError(IoDirection::kWriting,
                  fmt::format("{}: what was written is not what the source holds, and is removed "
                              "again. If nothing changed the source meanwhile, please report this. "
                              "The first differences:\n  {}",
                              destination, fmt::join(result.first_differences, "\n  ")));
  }
  return result;
}

// What is wrong with a destination, or nothing.
std::string refuse_no_folder(const std::string& destination) {
  if (destination.empty()) return "the name of the new snapshot is empty";
  const bool is_uri =
      destination.starts_with("file:/") || destination.find("://") != std::string::npos;
  return is_uri ? destination + ": is a URI; the new snapshot is written to a local folder" : "";
}

std::string shell_text(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+:@%,=";
  if (text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

void add_rewrite_options(CLI::App& command, RewriteOptions& options) {
  constexpr std::uint64_t kDefaultCacheBytes = 64 * kMiB;
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  options.block_cache = kDefaultCacheBytes;
  command
      .add_option("SRC", options.source,
                  "Directory that holds _metadata, or the metadata file, or a URI of either")
      ->required();
  command
      .add_option("DST", options.destination,
                  "Directory to make; it must not exist, and appears when it is complete")
      ->check(refuse_no_folder)
      ->required();
  add_map_option(command, options.map_rules);
  command.add_flag("--dry-run", options.dry_run,
                   "Print what would be done, and write nothing; keyed entries are not read");
  command.add_flag("--no-verify", options.no_verify,
                   "Do not compare the result with its source before it gets its name");
  add_jobs_option(command, options.jobs, "the result is the same for any number");
  add_temp_directory_option(command, options.temp_directory,
                            "Where entries are sorted that do not fit in memory");
  add_block_cache_option(command, options.block_cache);
  add_progress_options(command, options.progress);
}

RewriteResult write_snapshot(const Snapshot& source, const SerializerRegistry& registry,
                             const RewriteOptions& options, const PlanRewrite& plan_rewrite) {
  require_outside(source, options.destination);
  const InterruptGuard interrupt;
  LocalSnapshotFolder local(options.destination, &interrupt.flag());
  require_room(source, options.destination);
  RewriteNotes notes;
  check_sizes(source, !options.no_verify, notes);
  RewritePlan plan(source);
  RewriteResult result;
  std::string metadata_path;
  {
    Progress progress(options.progress.enabled());
    CountingFolder folder(local, progress);
    const RocksdbCache cache(options.block_cache);
    const RewriteContext context{source, registry,         cache, memory_of(options), folder,
                                 notes,  &interrupt.flag()};
    plan_rewrite(context, plan);
    check_target(plan, notes);
    run_units(all_units(plan, folder), options.jobs);
    note_change_logs(plan.metadata, notes);
    for (const std::string& note : retarget_metadata(plan.metadata, plan.target)) notes.add(note);
    const ByteVector metadata = encode_metadata(plan.metadata);
    metadata_path = local.write_metadata(metadata);
    result.file_count = folder.file_count();
    result.bytes = folder.bytes() + metadata.size();
  }
  if (!options.no_verify) {
    result.verified = verify(source, metadata_path, options.destination, options, interrupt.flag());
  }
  local.commit();
  result.notes = notes.all();
  return result;
}

std::vector<std::string> plan_snapshot(const Snapshot& source, const SerializerRegistry& registry,
                                       const RewriteOptions& options,
                                       const PlanRewrite& plan_rewrite) {
  require_outside(source, options.destination);
  require_free_name(options.destination);
  NoFolder folder;
  RewriteNotes notes;
  check_sizes(source, !options.no_verify, notes);
  RewritePlan plan(source);
  const RocksdbCache cache(options.block_cache);
  const RewriteContext context{source, registry, cache, memory_of(options), folder, notes, nullptr};
  plan_rewrite(context, plan);
  check_target(plan, notes);
  note_change_logs(plan.metadata, notes);
  return notes.all();
}

void print_report(const RewriteOptions& options, const std::string& text) {
  try {
    Output("").write(text);
  } catch (const IoError& error) {
    if (options.dry_run) throw;
    throw IoError(IoDirection::kWriting,
                  fmt::format("{}; {} is there and whole", error.what(), options.destination));
  }
}

void note_relative_files(std::int32_t version, RewriteNotes& notes) {
  if (version >= kFirstVersionWithRelativeFiles) return;
  notes.add(
      "the new snapshot restores in Flink 1.11 and later: what is older does not know files by "
      "relative names");
}

ByteVector self_contained_properties(const Snapshot& source,
                                     std::optional<SavepointFormat> format) {
  const Metadata& metadata = source.metadata();
  CheckpointProperties properties = source.properties();
  const bool changes = properties.kind == SnapshotKind::kCheckpoint ||
                       (properties.kind == SnapshotKind::kSavepoint && format);
  if (metadata.version < kFirstVersionWithProperties || !changes) return metadata.properties;
  if (properties.kind == SnapshotKind::kCheckpoint) {
    properties = {};
    properties.kind = SnapshotKind::kSavepoint;
    properties.name = "Savepoint";
    properties.forced = true;
  }
  properties.format = format.value_or(SavepointFormat::kNative);
  return encode_checkpoint_properties(properties);
}

std::string restore_command(const std::string& destination,
                            std::optional<std::int32_t> parallelism) {
  const std::string path = fs::absolute(destination).lexically_normal().string();
  const std::string count = parallelism ? fmt::format(" -p {}", *parallelism) : "";
  return fmt::format("flink run -s {}{} JOB.jar", shell_text("file://" + path), count);
}

std::string counts_text(const DiffResult& result) {
  Table table({{"OPERATOR"},
               {"KIND"},
               {"STATE"},
               {"ENTRIES IN", Align::kRight},
               {"ENTRIES OUT", Align::kRight}});
  for (const auto& [place, counts] : result.counts) {
    const auto& [id, kind, state] = place;
    table.add({counts.operator_label, counts.state_kind.empty() ? kind : counts.state_kind, state,
               fmt::format("{}", counts.entries_before), fmt::format("{}", counts.entries_after)});
  }
  return table.empty() ? "" : table.text("  ");
}

Json counts_json(const DiffResult& result) {
  Json states = Json::array();
  for (const auto& [place, counts] : result.counts) {
    const auto& [id, kind, state] = place;
    Json json;
    json["operator"] = counts.operator_label;
    json["operator_id"] = id;
    json["kind"] = kind;
    json["state"] = state;
    if (!counts.state_kind.empty()) json["state_kind"] = counts.state_kind;
    json["entries_in"] = counts.entries_before;
    json["entries_out"] = counts.entries_after;
    states.push_back(std::move(json));
  }
  return states;
}

}  // namespace savvy
