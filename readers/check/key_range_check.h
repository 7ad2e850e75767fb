// Private to readers: whether all that is alive in a database lies in the key groups of its handle.
//
// Values  files may reach further: after a restore at another parallelism Flink deletes ranges of
//         keys, which stay in the files until these are compacted. What no deletion hides is wrong
// Source  RocksDBIncrementalCheckpointUtils.clipDBWithKeyGroupRange

#pragma once

#include <cstdint>

#include "format/finding.h"
#include "format/rocksdb_manifest.h"
#include "format/state_handles.h"
#include "readers/check/database_files.h"
#include "readers/snapshot.h"

namespace savvy {

// True if files hold, or may hold, keys outside the range.
bool reaches_beyond(const RocksdbManifest& manifest, KeyGroupRange range,
                    std::int32_t max_parallelism);

// Opens the database and looks at what is alive there.
void check_key_range(const Snapshot& snapshot, const IncrementalHandle& handle,
                     const RocksdbManifest& manifest, std::int32_t max_parallelism,
                     const DatabaseFiles& files, FindingSink& findings);

}  // namespace savvy
