// The partitions of raw operator state.
//
// Values  in the order of the handle. A partition that was never started is recorded at or behind
//         the end of the stream, and left out
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
