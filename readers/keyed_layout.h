// Which of two layouts the key groups of a stream are in, where the handle leaves it open.
//
// Values  true: heap, whose key groups begin with their numbers and are all there, empty or not. Half
//         of them are enough, so that a damaged one or two do not change what the others are. The
//         number 0 alone tells nothing: a canonical key group may begin with zeros as well
// Errors  IoError
// Source  HeapSnapshotStrategy, FullSnapshotAsyncWriter

#pragma once

#include <vector>

#include "format/section_bounds.h"
#include "format/storage.h"

namespace savvy {

bool has_key_group_numbers(const RandomAccessFile& file,
                           const std::vector<KeyGroupSection>& sections);

// One key group, number 0: its first bytes do not tell.
bool is_key_group_0_alone(const std::vector<KeyGroupSection>& sections);

}  // namespace savvy
