// Key groups: how keys, key groups and subtasks belong together.
//
// Values  max parallelism P is 1..32768; key groups are 0..P-1
// Source  KeyGroupRangeAssignment, CompositeKeySerializationUtils, MathUtils.murmurHash

#pragma once

#include <cstdint>
#include <string_view>

#include "format/key_group_range.h"

namespace savvy {

inline constexpr std::int32_t kMostKeyGroups = 32768;  // Transformation.UPPER_BOUND_MAX_PARALLELISM

// Whether there can be such key groups: nothing else bounds the range of a handle without offsets.
bool can_be_key_groups(KeyGroupRange range);
// The range, or FormatError with the file that it stands in.
KeyGroupRange checked_key_groups(KeyGroupRange range, std::string_view file);

// The key group of a key with this Java hashCode.
std::int32_t key_group_of_hash(std::int32_t java_hash, std::int32_t max_parallelism);

// The range of subtask `index` of `parallelism`.
KeyGroupRange key_group_range(std::int32_t index, std::int32_t parallelism,
                              std::int32_t max_parallelism);

// The subtask that owns a key group.
std::int32_t subtask_of_key_group(std::int32_t key_group, std::int32_t parallelism,
                                  std::int32_t max_parallelism);

// Bytes of the key-group number in front of every composite key: two from P = 129 on.
constexpr int key_group_prefix_bytes(std::int32_t max_parallelism) {
  return max_parallelism <= 128 ? 1 : 2;
}

}  // namespace savvy
