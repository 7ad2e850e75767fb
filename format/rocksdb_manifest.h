// The MANIFEST of a RocksDB database: which families there are, and which files each is made of.
//
// Bytes   RocksDB's log format; each record is an edit: tags (LEB128), each with its fields. The
//         edits from first to last make the database
// Values  fields that opening a database does not need (times and checksums of files, log
//         numbers) are read past and not written
// Errors  FormatError: damage, and edits that do not fit together; UnsupportedError: another order
//         of keys than that of their bytes, and tags that are not known
// Source  RocksDB's VersionEdit and VersionEditHandler, 5.17 to 8.10

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "format/byte_reader.h"
#include "format/bytes.h"
#include "format/sst_file.h"

namespace savvy {

struct RocksdbFamily {
  std::uint32_t id = 0;
  std::string name;
  std::vector<SstFile> files;  // by number

  bool operator==(const RocksdbFamily&) const = default;
};

struct RocksdbManifest {
  std::vector<RocksdbFamily> families;  // by id; the first is "default", with id 0
  std::uint64_t last_seqno = 0;
  std::uint64_t next_file_number = 0;
  // Files say all there is: no value lies in a blob file, and no file under a second path.
  bool files_stand_alone = true;

  bool operator==(const RocksdbManifest&) const = default;
};

// Neighbours of one level above 0 that overlap: RocksDB opens no such database.
std::vector<std::pair<const SstFile*, const SstFile*>> overlapping_files(
    const RocksdbFamily& family);

RocksdbManifest decode_rocksdb_manifest(ByteReader& in);
ByteVector encode_rocksdb_manifest(const RocksdbManifest& manifest);

}  // namespace savvy
