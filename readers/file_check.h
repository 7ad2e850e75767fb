// What is wrong with the files that a snapshot names, as far as their sizes tell.
//
// Values  one finding a file, however many handles need it; the place is the first that does, and
//         is called by the file's local path. A file that is needed twice is looked at once
// Errors  none: what cannot be looked at is a finding
// Source  FileStateHandle, RelativeFileStateHandle, SegmentFileStateHandle; Flink itself never
//         compares sizes

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "format/finding.h"
#include "readers/snapshot.h"

namespace savvy {

// Those that could be looked at.
struct FilesSeen {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

// SV101 to SV106, and SV011 for a file that is named in two ways.
FilesSeen check_files(const Snapshot& snapshot, FindingSink& findings);

// Whether a file of so many bytes may be one with `recorded` bytes of changes and a flag in front of
// them: one that is compressed may have any size, which only reading it tells
// (StateChangeFsUploader).
bool may_be_change_log(const Storage& storage, const std::string& path, std::uint64_t recorded,
                       std::uint64_t size);

// SV107, if the metadata file is no longer what it was when the snapshot was opened: asked last,
// because then all that was found before says nothing. A running job deletes old checkpoints, the
// metadata first or last.
std::optional<Finding> find_change(const Snapshot& snapshot);

}  // namespace savvy
