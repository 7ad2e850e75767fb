// Private to readers: what RocksDB itself says of an SST file that walk_sst() does not read.
//
// Errors  FormatError: damage, with the offset of the block where RocksDB names it;
//         UnsupportedError: RocksDB does not read it either
// Source  rocksdb::SstFileReader

#pragma once

#include <string>

#include "format/state_handles.h"
#include "readers/snapshot.h"

namespace savvy {

// Verifies every checksum and reads every entry; keys ascend.
void verify_with_rocksdb(const Snapshot& snapshot, const IncrementalHandle& handle,
                         const std::string& local_path);

}  // namespace savvy
