// The handle of a finished stream of key groups.

#pragma once

#include <cstdint>
#include <vector>

#include "format/output.h"
#include "format/state_handles.h"

namespace savvy {

// Finishes the file; the handle names it relative to the snapshot.
KeyGroupsHandle finish_key_groups(OutputFile& file, KeyedCode code, KeyGroupRange range,
                                  std::vector<std::int64_t> offsets);

// The file, relative to the snapshot.
RelativeFileHandle relative_handle(const OutputFile& file);

}  // namespace savvy
