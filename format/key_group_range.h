// A contiguous run of key groups, as metadata stores it: first group and a count, not a last group.
//
// Values  first >= 0, count >= 0; count 0 is legal in a handle and holds no group

#pragma once

#include <cstdint>

namespace savvy {

struct KeyGroupRange {
  std::int32_t first = 0;
  std::int32_t count = 0;

  bool empty() const { return count == 0; }
  // One past the last group.
  std::int32_t end() const { return first + count; }
  // The last group of the range; first - 1 if it is empty.
  std::int32_t last() const { return end() - 1; }
  bool contains(std::int32_t key_group) const { return key_group >= first && key_group < end(); }

  bool operator==(const KeyGroupRange&) const = default;
};

}  // namespace savvy
