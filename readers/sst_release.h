// Whether the RocksDB of a Flink release opens the SST files of a snapshot.
//
// Errors  UnsupportedError: a file that it does not open, by its name; FormatError: a damaged file
// Source  FRocksDB 6.20.3 of Flink 1.x knows checksums up to xxHash64; 8.10.0 of 2.x writes XXH3

#pragma once

#include <cstdint>

#include "format/flink_release.h"
#include "readers/snapshot.h"

namespace savvy {

// Looks at the end of each file. Returns how many are not found here, so that nothing is known of
// them.
std::uint64_t require_ssts_for(const Snapshot& snapshot, FlinkRelease release);

}  // namespace savvy
