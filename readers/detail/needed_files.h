// The files that a snapshot needs, each once.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/metadata_slots.h"
#include "readers/snapshot.h"

namespace savvy::detail {

struct NeededFile {
  std::string path;  // local
  std::string uri;   // as the metadata has it
  SlotPlace first;   // who names it first
  std::uint64_t handle_count = 0;
  bool absolute = false;         // named by a file handle
  bool relative = false;         // named by a relative one
  bool shared_relative = false;  // by a relative one among the shared files of a handle
  // Of a stream of changes, which counts neither the flag in front of them nor what compression
  // saves.
  bool change_log = false;
  std::optional<std::int64_t> recorded_bytes;
  // The segment that reaches farthest, and its place.
  const SegmentHandle* last_segment = nullptr;
  SlotPlace segment_at;
};

// Files of one file system that no --map rule leads to.
struct UnreachedFiles {
  std::string prefix;  // longest folder that all of them are in
  std::string first_uri;
  SlotPlace first;
  std::uint64_t handle_count = 0;
};

struct NeededFiles {
  std::vector<NeededFile> files;  // in the order of the metadata
  std::vector<UnreachedFiles> unreached;
};

NeededFiles collect_files(const Snapshot& snapshot);

}  // namespace savvy::detail
