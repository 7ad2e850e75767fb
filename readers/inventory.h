// Every file and inline blob that a snapshot needs, and who needs it.
//
// Values  what several handles name is listed once: files by their path, segments by path and
//         position, inline bytes by their name, as Flink identifies them
// Lives   owns what it says

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/state_handles.h"
#include "readers/snapshot.h"

namespace savvy {

// Who needs a file: "operator subtask: slot", in parts.
struct FileUse {
  std::string operator_label;  // uid, name or id; empty for master state
  std::string operator_id;
  std::optional<std::int32_t> subtask;
  std::string slot;  // managed_keyed, raw_keyed, managed_operator, raw_operator, channel_input, ...
  std::string role;  // what it is there: key_groups, shared_file, ...
  std::string local_name;  // the name on the engine's disk, for RocksDB files
};

struct FileEntry {
  std::string kind;                       // inline, file, relative, segment, metadata
  std::string uri;                        // the path or name as the metadata has it
  std::optional<std::string> local_path;  // nothing: inline, or not where savvy looks
  std::optional<std::int64_t> recorded_bytes;
  std::optional<std::uint64_t> found_bytes;  // nothing: missing, or not looked for
  std::optional<std::int64_t> segment_start;
  std::vector<FileUse> uses;

  bool missing() const { return local_path && !found_bytes; }
  // Its URI is of another file system, of which no --map tells where it lives here.
  bool not_seen() const { return !local_path && !is_inline(); }
  bool is_inline() const { return kind == "inline"; }
};

struct InventoryTotals {
  std::uint64_t inline_count = 0;
  std::uint64_t inline_bytes = 0;
  std::uint64_t file_count = 0;  // without the metadata
  std::uint64_t file_bytes = 0;  // as recorded, or as found where no size is recorded
  std::uint64_t missing_count = 0;
  std::uint64_t not_seen_count = 0;
};

// In the order of the metadata, which stands first itself.
std::vector<FileEntry> read_inventory(const Snapshot& snapshot);

InventoryTotals total(const std::vector<FileEntry>& files);

// The same files without an entry for each: there may be a hundred thousands of them.
struct InventorySummary {
  InventoryTotals totals;
  // In the snapshot's metadata, and in its order.
  std::vector<const StreamHandle*> missing;
  const StreamHandle* first_not_seen = nullptr;
};

InventorySummary summarize_inventory(const Snapshot& snapshot);

}  // namespace savvy
