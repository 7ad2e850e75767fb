#include "cli/snapshot_check.h"

#include <fmt/format.h>

#include <utility>

#include "cli/data_check.h"
#include "format/errors.h"
#include "format/metadata_check.h"
#include "readers/file_check.h"
#include "readers/moved_files.h"

namespace savvy {
namespace {

// The snapshot, or a finding that says why there is none.
std::unique_ptr<const Snapshot> open_snapshot(const std::string& path, const PathMap& paths,
                                              const Storage& storage, FindingSink& findings) {
  FindingPlace place;
  place.file = find_metadata(path, paths);
  try {
    return std::make_unique<const Snapshot>(path, paths, storage, DamagedProperties::kKeep);
  } catch (const FormatError& error) {
    findings.add(finding_of(error, FindingCode::kMetadataDamaged, std::move(place),
                            "metadata as Flink writes it"));
  } catch (const UnsupportedError& error) {
    findings.add(finding_of(error, FindingCode::kMetadataUnsupported, std::move(place),
                            "metadata of version 2 to 6"));
  }
  return nullptr;
}

FilesSeen check_structure(const Snapshot& snapshot, FindingSink& findings) {
  const std::string& file = snapshot.metadata_path();
  check_metadata(snapshot.metadata(), file, findings);
  if (!findings.stopped()) {
    check_properties(snapshot.metadata(), file, snapshot.metadata_bytes(), findings);
  }
  return findings.stopped() ? FilesSeen() : check_files(snapshot, findings);
}

// What was found in a snapshot that went away meanwhile are its going away, and nothing else.
void replace_if_changed(SnapshotCheck& check, AfterError after_error) {
  auto change = find_change(*check.snapshot);
  if (!change) return;
  const std::uint64_t before = check.findings.error_count() + check.findings.warning_count();
  if (before > 0) change->found += fmt::format("; left out what was found before: {}", before);
  check.findings = FindingList(after_error);
  check.findings.add(*std::move(change));
}

}  // namespace

SnapshotCheck check_snapshot(const std::string& path, const PathMap& paths, const Storage& storage,
                             const CheckDepth& depth) {
  SnapshotCheck check;
  check.findings = FindingList(depth.after_error);
  check.snapshot = open_snapshot(path, paths, storage, check.findings);
  if (!check.snapshot) return check;
  check.files = check_structure(*check.snapshot, check.findings);
  if (depth.data_percent && !check.findings.stopped()) {
    check_data(*check.snapshot, depth, check.findings);
  }
  replace_if_changed(check, depth.after_error);
  return check;
}

}  // namespace savvy
