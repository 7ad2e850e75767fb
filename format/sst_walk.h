// All bytes of an SST file, from the first to the last: every block verified, every entry seen.
//
// Bytes   data blocks, filters, an index (or partitions and an index of them), other meta blocks,
//         one behind the other; an entry of a data block is u shared | u unshared | u value size |
//         rest of the internal key | value (u = LEB128), one of an index the last key of a block
//         and where the block is. What belongs to no block is zeros
// Values  entries ascend through the whole file; range deletions are kept apart
// Errors  damage is told and the walk goes on behind it; UnsupportedError: checksums and
//         compressions that SstBlockReader does not know, nothing is said about such a file
// Source  RocksDB's BlockBasedTableBuilder, BlockBuilder, IndexValue, PartitionedFilterBlockBuilder

#pragma once

#include <cstdint>
#include <functional>

#include "format/bytes.h"
#include "format/errors.h"
#include "format/sst_file.h"
#include "format/sst_tail.h"
#include "format/storage.h"

namespace savvy {

struct SstContents {
  std::uint64_t entry_count = 0;  // without range deletions
  std::uint64_t deletion_count = 0;
  std::uint64_t merge_operand_count = 0;
  std::uint64_t range_deletion_count = 0;
  std::uint64_t data_block_count = 0;
  // Of the entries, without range deletions; internal keys.
  ByteVector smallest;
  ByteVector largest;
  std::uint64_t smallest_seqno = 0;
  std::uint64_t largest_seqno = 0;
  // False if damage kept entries from being seen.
  bool whole = true;
};

// Called for each damaged part; the offset is that of its block.
using SstDamage = std::function<void(const FormatError&)>;

SstContents walk_sst(const RandomAccessFile& file, const SstTail& tail, const SstDamage& damage);

// Internal keys; empty in a file without entries.
struct SstEnds {
  ByteVector first;
  ByteVector last;
};

// The first and the last entry, without what lies between. FormatError: damage that is met.
SstEnds read_sst_ends(const RandomAccessFile& file, const SstTail& tail);

bool has_range_deletions(const SstTail& tail);

enum class SstBound { kSmallest, kLargest };
Bytes bound_of(const SstFile& listed, SstBound bound);

// Whether the file that a MANIFEST lists may have this entry for its first or last. Range deletions
// may reach beyond it.
bool may_be_bound(SstBound bound, const SstFile& listed, Bytes found, const SstTail& tail);

}  // namespace savvy
