// RocksDB state of one new subtask: files that lie wholly in its range are taken over, entries of
// others are written anew, so that a restore has nothing to clip.
//
// Values  files of one family that overlap belong together: a deletion in one hides entries of
//         another. They are taken over together or not at all
// Source  RocksDBIncrementalRestoreOperation, which clips what is cut

#pragma once

#include "cli/rescale_keyed.h"

namespace savvy {

KeyedHandle rescale_rocksdb(const RewriteContext& context, const NewSubtask& subtask,
                            const std::vector<KeyedInput>& inputs, const UnitedKeyedMeta& united);

}  // namespace savvy
