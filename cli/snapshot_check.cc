#include "cli/snapshot_check.h"

#include "cli/data_check.h"
#include "format/errors.h"
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

}  // namespace

SnapshotCheck check_snapshot(const std::string& path, const PathMap& paths, const Storage& storage,
                             const CheckDepth& depth) {
  SnapshotCheck check{FindingList(depth.after_error), nullptr};
  check.snapshot = open_snapshot(path, paths, storage, check.findings);
  if (check.snapshot && depth.data_percent && !check.findings.stopped()) {
    check_data(*check.snapshot, depth, check.findings);
  }
  return check;
}

}  // namespace savvy
