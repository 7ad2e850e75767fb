// Records of RocksDB's log format, in which a MANIFEST is kept.
//
// Bytes   blocks of 32 KiB; in them fragments u32 masked CRC-32C of type and data | u16 size | u8
//         type | data, all little-endian; type 1 a whole record, 2 the first part, 3 a middle part,
//         4 the last. What is too short for a fragment at the end of a block is zeros; a fragment
//         of type 0 and size 0 ends a block early
// Errors  FormatError: wrong checksums, types out of order, a last record that is cut off
// Source  RocksDB's log::Reader, log::Writer

#pragma once

#include <cstdint>

#include "format/byte_reader.h"
#include "format/byte_writer.h"
#include "format/bytes.h"

namespace savvy {

class RocksdbLogReader {
 public:
  // `in` stands at the first byte of the file.
  explicit RocksdbLogReader(ByteReader& in) : in_(in), start_(in.offset()) {}

  // False at the end of the file.
  bool next(ByteVector& record);
  // Where the first byte of the record that was read last is in the file.
  std::uint64_t record_offset() const { return record_offset_; }

 private:
  struct Fragment {
    std::uint8_t type;
    Bytes data;
  };
  bool at_end();
  Fragment read_fragment();
  std::uint64_t left_in_block() const;

  ByteReader& in_;
  std::uint64_t start_;
  std::uint64_t record_offset_ = 0;
};

// Appends a record; `log` holds nothing but the log from its start.
void put_rocksdb_record(Bytes record, ByteWriter& log);

}  // namespace savvy
