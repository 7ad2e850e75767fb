// The SST files that an incremental handle's database is made of, as its MANIFEST lists them.
//
// Values  every file lies on one level of one family; what the handle lists and the MANIFEST does
//         not is no part of the database
// Errors  FormatError: a damaged MANIFEST or file, or one that is not what the MANIFEST lists;
//         UnsupportedError: tables that RocksDB 7.8 does not read either; IoError: a file is missing
// Source  RocksDBIncrementalRestoreOperation; RocksDB's Checkpoint

#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "format/rocksdb_manifest.h"
#include "format/sst_file.h"
#include "format/sst_tail.h"
#include "format/state_handles.h"
#include "readers/snapshot.h"

namespace savvy {

struct LiveSst {
  std::string family;  // a state's name
  SstFile file;
  SstTail tail;
  const LocalFile* stored = nullptr;  // where its bytes are; part of the handle
};

struct LiveSsts {
  std::vector<LiveSst> files;  // by family as the MANIFEST lists them, then by number
  std::vector<std::string> families;
  // False if a file's values lie elsewhere (blob files): then no file may be taken out.
  bool files_stand_alone = true;
};

// The files of a handle by their names on the engine's disk; the handle outlives them.
using FilesByName = std::map<std::string, const LocalFile*, std::less<>>;
FilesByName files_by_name(const IncrementalHandle& handle);

// What CURRENT holds: the name of the MANIFEST, and a newline.
std::string read_manifest_name(const RandomAccessFile& current);

// What CURRENT and the MANIFEST it names say. FormatError also where RocksDB would not take it: files
// of a level above 0 that overlap, bounds the wrong way round.
RocksdbManifest read_rocksdb_manifest(const Snapshot& snapshot, const IncrementalHandle& handle);

// The end of a file. FormatError if it is not the one that the MANIFEST lists in a family, as far as
// can be told: the names of two files may have been exchanged. Both are whole then, and RocksDB
// would take what it finds, or end the process where keys do not ascend. Blocks that are damaged, or
// compressed otherwise than by Snappy, are passed over: RocksDB says so when it reads them.
SstTail read_listed_sst(const RandomAccessFile& content, const SstFile& listed,
                        const std::string& family);

// `handle` outlives the result.
LiveSsts list_live_ssts(const Snapshot& snapshot, const IncrementalHandle& handle);

}  // namespace savvy
