// Private to readers: the OPTIONS file of a database. RocksDB opens a database without it, and Flink
// sets all options itself; who opens the files with another tool needs it.
//
// Bytes   lines: [Section "argument"], name=value, blank ones and comments
// Source  RocksDBOptionsParser; RocksDBResourceContainer

#pragma once

#include "format/finding.h"
#include "format/rocksdb_manifest.h"
#include "readers/check/database_files.h"

namespace savvy {

// `manifest` may be null: then families are not compared.
void check_options(const DatabaseFiles& files, const RocksdbManifest* manifest,
                   FindingSink& findings);

}  // namespace savvy
