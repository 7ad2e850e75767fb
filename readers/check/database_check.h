// The check of one incremental handle's database: the files of RocksDB or ForSt.
//
// Values  every SST file is read whole, block by block; with less than 100 percent a share of them,
//         chosen by their local names: the same ones each time, more for more, never none of some.
//         Deletions count as the MANIFEST's bounds allow. The entries' keys and values and the meta
//         stream are not looked into
// Errors  damage of any kind is a finding. A file that is missing is not told here but by the check
//         of files
// Source  RocksDBIncrementalRestoreOperation; RocksDB's DBImpl::Recover

#pragma once

#include <cstdint>

#include "format/finding.h"
#include "format/state_handles.h"
#include "readers/snapshot.h"

namespace savvy {

// `place` is that of the handle: operator, subtask, slot.
void check_database(const Snapshot& snapshot, const IncrementalHandle& handle,
                    std::int32_t max_parallelism, const FindingPlace& place, double percent,
                    FindingSink& findings);

}  // namespace savvy
