// Which key groups a new subtask takes from which old handle.
//
// Values  each new subtask gets, in the order of the old handles, what its range and theirs have in
//         common; a key group in no old handle has no state
// Errors  UnsupportedError where old ranges overlap (their entries would be there twice) or go
//         beyond the last key group (their entries would belong to nobody)
// Source  StateAssignmentOperation.getManagedKeyedStateHandles, KeyGroupRangeAssignment

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "format/key_group_range.h"

namespace savvy {

struct KeyedPart {
  std::size_t source = 0;  // index of the old handle
  KeyGroupRange range;     // the key groups taken from it, never empty

  bool operator==(const KeyedPart&) const = default;
};

// Two old handles that both hold `range`.
struct KeyedOverlap {
  std::size_t first = 0;
  std::size_t second = 0;
  KeyGroupRange range;

  bool operator==(const KeyedOverlap&) const = default;
};

// The overlap at the lowest key group, if there is one. Gaps are legal. Ranges end at 32768 at the
// latest.
std::optional<KeyedOverlap> find_overlap(const std::vector<KeyGroupRange>& old_ranges);

// Throws for ranges that cannot be dealt out anew; `where` names the operator.
void require_disjoint(const std::vector<KeyGroupRange>& old_ranges, std::int32_t max_parallelism,
                      std::string_view where);

// One list a new subtask. The ranges have passed require_disjoint().
std::vector<std::vector<KeyedPart>> plan_keyed(const std::vector<KeyGroupRange>& old_ranges,
                                               std::int32_t new_parallelism,
                                               std::int32_t max_parallelism);

}  // namespace savvy
