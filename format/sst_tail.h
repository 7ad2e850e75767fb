// What stands at the end of a file of sorted entries (SST): how the file is made, and what is in it.
//
// Bytes   blocks, each with a trailer u8 compression | u32 checksum; the last are the properties and
//         the meta index, which says where the properties are. At the end the footer: u8 checksum
//         type | meta index and index as (LEB128 offset, LEB128 size), padded to 40 bytes | u32
//         format_version | u64 magic, little-endian
// Values  block-based tables of format_version 1 to 5; 6 and above are laid out in another way
// Errors  FormatError: damage (CRC-32C and XXH3 are verified, other checksums are not);
//         UnsupportedError: other tables and versions
// Source  RocksDB's Footer, BlockBasedTableBuilder, TableProperties

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/bytes.h"
#include "format/sst_file.h"
#include "format/storage.h"

namespace savvy {

// A block, without its trailer.
struct SstSpan {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  bool operator==(const SstSpan&) const = default;
};

struct SstMetaBlock {
  std::string name;
  SstSpan span;

  bool operator==(const SstMetaBlock&) const = default;
};

// Written to disk, never change.
enum class SstIndexType : std::uint32_t {
  kBinarySearch = 0,
  kHash = 1,
  kPartitioned = 2,  // an index of indexes
  kWithFirstKeys = 3,
};

struct SstTail {
  SstChecksum checksum = SstChecksum::kCrc32c;
  std::uint32_t format_version = 0;
  std::uint64_t entry_count = 0;  // with deletions and merge operands
  std::uint64_t deletion_count = 0;
  std::uint64_t merge_operand_count = 0;
  std::uint64_t range_deletion_count = 0;
  std::string compression;  // as RocksDB calls it: "Snappy", "NoCompression"; empty = not stored
  // Empty where the file does not say.
  std::string family;
  std::string comparator;
  std::string merge_operator;
  // Which of the counts are stored: old files lack some.
  bool has_counts = false;
  std::optional<std::uint64_t> data_block_count;
  SstIndexType index_type = SstIndexType::kBinarySearch;
  bool index_spans_are_deltas = false;
  // Made apart from a database: sequence numbers are what the database gave it, not the stored ones.
  bool external = false;
  SstSpan meta_index;
  SstSpan index;
  std::vector<SstMetaBlock> meta_blocks;  // the properties among them
  // The first byte of the footer's handles and padding that is not as RocksDB writes it.
  std::optional<std::uint64_t> stray_byte;
  std::string session_id;  // drawn at random by the writing process; empty = not stored
  // Where things stand in the file; the checksum of the properties is their last four bytes.
  std::uint64_t session_id_offset = 0;
  std::uint64_t properties_offset = 0;
  std::uint64_t properties_bytes = 0;  // with the trailer
  // That of the name under which it was written: 12 for 000012.sst. 0: not stored.
  std::uint64_t original_number = 0;

  bool operator==(const SstTail&) const = default;
};

SstTail read_sst_tail(const RandomAccessFile& file);

constexpr std::uint64_t kSstChecksumBytes = 4;

// The checksum to stand behind `block`, whose last byte is the compression: little-endian CRC-32C.
ByteVector sst_block_checksum(Bytes block);

}  // namespace savvy
