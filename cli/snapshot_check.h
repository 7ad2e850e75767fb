// All that can be found out about one snapshot, in one call: what `check` prints, and what `ls` and
// `check --chain` ask of each snapshot.
//
// Errors  IoError only where there is no _metadata to read; all else is a finding

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "format/finding.h"
#include "format/storage.h"
#include "readers/file_check.h"
#include "readers/path_map.h"
#include "readers/snapshot.h"

namespace savvy {

inline constexpr double kAllData = 100;  // percent

struct CheckDepth {
  // --read-data: how much of the data is read, above 0 to 100; nothing: metadata and sizes alone.
  std::optional<double> data_percent;
  AfterError after_error = AfterError::kGoOn;
  unsigned jobs = 1;
  std::string temp_directory;  // empty: the system's
};

struct SnapshotCheck {
  FindingList findings;
  // Null if the metadata could not be read.
  std::unique_ptr<const Snapshot> snapshot;
  FilesSeen files;
};

SnapshotCheck check_snapshot(const std::string& path, const PathMap& paths, const Storage& storage,
                             const CheckDepth& depth);

}  // namespace savvy
