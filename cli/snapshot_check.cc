#include "cli/snapshot_check.h"

#include "format/errors.h"
#include "readers/check/database_check.h"
#include "readers/moved_files.h"

namespace savvy {
namespace {

// The snapshot, or a finding that says why there is none.
std::unique_ptr<const Snapshot> open_snapshot(const std::string& path, const PathMap& paths,
                                              const Storage& storage, FindingSink& findings) {
  const std::string file = find_metadata(path);
  try {
    return std::make_unique<const Snapshot>(path, paths, storage);
  } catch (const FormatError& error) {
    findings.add(finding_of(error, FindingCode::kMetadataDamaged, {.file = file},
                            "metadata as Flink writes it"));
  } catch (const UnsupportedError& error) {
    findings.add(finding_of(error, FindingCode::kMetadataUnsupported, {.file = file},
                            "metadata of version 2 to 6"));
  }
  return nullptr;
}

// Calls check_database() for each incremental handle, also for those that a change log rests on.
void check_databases(const Snapshot& snapshot, const KeyedHandle& handle,
                     std::int32_t max_parallelism, const FindingPlace& place, double percent,
                     FindingSink& findings) {
  if (const auto* files = handle_as<IncrementalHandle>(handle)) {
    check_database(snapshot, *files, max_parallelism, place, percent, findings);
  } else if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
    for (const KeyedHandle& part : changelog->materialized) {
      check_databases(snapshot, part, max_parallelism, place, percent, findings);
    }
  }
}

void check_databases(const Snapshot& snapshot, const CheckDepth& depth, FindingSink& findings) {
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) {
      FindingPlace place;
      place.operator_label = operator_label(op);
      place.operator_id = to_hex(op.id);
      place.subtask = subtask.index;
      place.slot = "managed_keyed";
      if (findings.stopped()) return;
      check_databases(snapshot, subtask.managed_keyed_state, op.max_parallelism, place,
                      *depth.data_percent, findings);
    }
  }
}

}  // namespace

SnapshotCheck check_snapshot(const std::string& path, const PathMap& paths, const Storage& storage,
                             const CheckDepth& depth) {
  SnapshotCheck check{FindingList(depth.after_error), nullptr};
  check.snapshot = open_snapshot(path, paths, storage, check.findings);
  if (check.snapshot && depth.data_percent) {
    check_databases(*check.snapshot, depth, check.findings);
  }
  return check;
}

}  // namespace savvy
