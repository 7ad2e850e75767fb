// One block of an SST file: found, verified and unpacked.
//
// Bytes   data | trailer u8 compression | u32 checksum of data and compression (little-endian)
// Values  checksums CRC-32C and XXH3 are verified; with kNone the stored one must be 0, as RocksDB
//         writes it. Data are plain or snappy
// Errors  FormatError, whose offset is that of the block: it does not fit into the file, a wrong
//         checksum, damaged snappy; UnsupportedError: other checksums and compressions
// Source  RocksDB's BlockBasedTableBuilder::WriteRawBlock, ComputeBuiltinChecksum, BlockFetcher

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/byte_reader.h"
#include "format/bytes.h"
#include "format/sst_file.h"
#include "format/sst_tail.h"
#include "format/storage.h"

namespace savvy {

// Written to disk, never change.
inline constexpr std::uint64_t kSstFooterBytes = 53;
inline constexpr std::size_t kSstTrailerBytes = 5;

// The checksum of a block with its compression byte; nothing for kinds that are not known here.
std::optional<std::uint32_t> sst_checksum(SstChecksum kind, Bytes block);

// What to do where a checksum cannot be verified.
enum class UnknownChecksum { kRefuse, kAccept };

// Reads blocks of one file; what it returns is good until the next call.
class SstBlockReader {
 public:
  SstBlockReader(const RandomAccessFile& file, SstChecksum checksum,
                 UnknownChecksum unknown = UnknownChecksum::kRefuse)
      : file_(file), checksum_(checksum), unknown_(unknown) {}

  // The data as they are stored. `what` names the block in errors.
  Bytes read_stored(SstSpan span, std::string_view what);
  // The same; FormatError if they are compressed.
  Bytes read_plain(SstSpan span, std::string_view what);
  // The same, unpacked if they are compressed.
  Bytes read(SstSpan span, std::string_view what);

 private:
  [[noreturn]] void fail(SstSpan span, std::string_view what, std::string_view why) const;
  void verify(SstSpan span, std::string_view what, Bytes covered) const;
  Bytes unpack(SstSpan span, std::string_view what, Bytes packed);

  const RandomAccessFile& file_;
  SstChecksum checksum_;
  UnknownChecksum unknown_;
  ByteVector stored_;
  ByteVector plain_;
};

// The part of a block in which its entries are: behind them stand restart positions and their u32
// count; bit 31 of that says that a hash index stands between.
ByteReader sst_entries(Bytes block, std::string_view file, std::uint64_t offset);

// Offset and size, LEB128 each.
SstSpan read_sst_span(ByteReader& in, std::string_view field);

}  // namespace savvy
