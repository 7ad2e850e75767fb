// Walks one key group of a canonical stream.
//
// Bytes   see format/canonical_stream.h
// Values  a value or key that does not match its schema is a finding, and the next entry is checked;
//         behind damage of the layout itself nothing in the section can be told
// Source  FullSnapshotAsyncWriter, FullSnapshotRestoreOperation

#pragma once

#include "format/compression.h"
#include "format/section_bounds.h"
#include "format/storage.h"
#include "readers/check/entry_check.h"

namespace savvy {

// What is known of the order of keys. RocksDB writes them ascending, the heap as its tables have
// them.
enum class KeyOrder { kAny, kAscending };

void check_canonical_section(const RandomAccessFile& file, const KeyGroupSection& section,
                             Compression compression, KeyOrder order, const EntryCheck& entries,
                             const FindingReport& report);

}  // namespace savvy
