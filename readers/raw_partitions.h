// The partitions of raw operator state.
//
// Values  in the order of the handle. Partitions at the end of the stream, which were begun and hold
//         no bytes, are left out: whoever leaves them out of what is written says so
// Errors  FormatError for offsets that make no sense
// Source  OperatorStateCheckpointOutputStream

#pragma once

#include <vector>

#include "format/section_bounds.h"
#include "format/state_handles.h"
#include "format/storage.h"

namespace savvy {

std::vector<Stretch> raw_partitions(const OperatorHandle& handle, const RandomAccessFile& file);

}  // namespace savvy
