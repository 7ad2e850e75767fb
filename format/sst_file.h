// A file of sorted entries (SST) as a RocksDB database knows it: part of one family, on one level.
//
// Values  bounds are internal keys: the key, then u64 (little-endian) sequence number << 8 | type.
//         They are the MANIFEST's, not those of the entries: a range deletion counts as far as it
//         reaches, and is cut off where they end, whatever the file itself says
// Source  RocksDB's FileMetaData, InternalKey and TableProperties

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "format/bytes.h"
#include "format/key_group_range.h"

namespace savvy {

// Written to disk, never change.
enum class SstChecksum : std::uint8_t {
  kNone = 0,
  kCrc32c = 1,
  kXxHash = 2,
  kXxHash64 = 3,
  kXxh3 = 4,
};

struct SstFile {
  std::uint64_t number = 0;
  std::int32_t level = 0;  // 0: may overlap, newest first; 1 and above: disjoint, ascending
  ByteVector smallest;
  ByteVector largest;
  std::uint64_t smallest_seqno = 0;
  std::uint64_t largest_seqno = 0;
  std::uint64_t size_bytes = 0;
  // What RocksDB of 7.3 and later makes of the file's session and number, and compares when it opens
  // it. Empty = not stored.
  ByteVector unique_id;

  bool operator==(const SstFile&) const = default;
};

// The name in the folder of the database: 000012.sst.
std::string sst_local_path(std::uint64_t number);

// An internal key, and the key in one.
ByteVector internal_key(Bytes user_key, std::uint64_t seqno, std::uint8_t type);
Bytes user_key_of(Bytes internal_key);

// "0x0a6b6579 at 12 of type 1".
std::string internal_key_text(Bytes internal_key);

// The order of internal keys: by key, newest first.
bool internal_less(Bytes a, Bytes b);

// True if `largest` is only the end of a range deletion: the key itself is not in the file.
bool ends_before_key(Bytes largest);

// The key groups that the bounds touch. Nothing if a bound is shorter than the prefix, so that it
// says nothing about key groups.
std::optional<KeyGroupRange> key_groups_of(const SstFile& file, int prefix_bytes);

}  // namespace savvy
