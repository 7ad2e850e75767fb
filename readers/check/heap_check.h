// Walks one key group of a heap stream.
//
// Bytes   see format/heap_stream.h
// Values  nothing tells how long an entry is: behind the first damage nothing in the key group can
//         be told, nor behind what no type can walk (SV222)
// Source  HeapSnapshotStrategy, HeapRestoreOperation

#pragma once

#include "format/compression.h"
#include "format/section_bounds.h"
#include "format/storage.h"
#include "readers/check/entry_check.h"

namespace savvy {

void check_heap_section(const RandomAccessFile& file, const KeyGroupSection& section,
                        Compression compression, const EntryCheck& entries,
                        const FindingReport& report);

}  // namespace savvy
