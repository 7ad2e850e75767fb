// Where pieces of a stream begin and end, from the offsets in its handle: nothing else tells.
//
// Values  a piece ends at the next greater offset, or at the end of the stream
// Errors  FormatError: an offset outside [first allowed, stream size]
// Source  KeyGroupRangeOffsets, PartitionableListState, KeyedStateCheckpointOutputStream

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "format/keyed_entry.h"
#include "format/state_handles.h"

namespace savvy {

// Where one key group lies in its stream.
struct KeyGroupSection {
  std::int32_t key_group = 0;
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;  // 0: nothing is stored for it
  SectionEnd end = SectionEnd::kExact;
};

// One section a key group of the handle, ascending. Offsets 0 (canonical) and -1 (raw) mean that
// nothing is stored. `data_start` is the end of the stream's head.
std::vector<KeyGroupSection> key_group_sections(const KeyGroupsHandle& handle,
                                                std::uint64_t data_start,
                                                std::uint64_t stream_bytes, std::string_view file);

// A stretch of a stream.
struct Stretch {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
};

// The ends of all elements of an operator-state stream.
class ElementBounds {
 public:
  ElementBounds(const std::vector<OperatorStateEntry>& states, std::uint64_t data_start,
                std::uint64_t stream_bytes, std::string_view file);

  // The stretch of the element (or broadcast map) that starts at `offset`, one of the handle's.
  Stretch at(std::int64_t offset) const;

 private:
  std::vector<std::uint64_t> starts_;  // ascending, distinct; the last is the stream's end
};

}  // namespace savvy
