// The partitions of raw operator state.
//
// Values  in the order of the handle. A partition without bytes at the end of the stream, which is
//         how one is recorded that was never started, is left out
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
