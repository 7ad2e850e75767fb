#include "format/detail/rocksdb_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/detail/crc32c.h"
#include "format/detail/little_endian.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::size_t kBlockBytes = 32768;
constexpr std::size_t kHeaderBytes = 7;
constexpr std::uint8_t kPadding = 0;
constexpr std::uint8_t kWhole = 1;
constexpr std::uint8_t kFirst = 2;
constexpr std::uint8_t kMiddle = 3;
constexpr std::uint8_t kLast = 4;

}  // namespace

std::uint64_t RocksdbLogReader::left_in_block() const {
  return kBlockBytes - (in_.offset() - start_) % kBlockBytes;
}

bool RocksdbLogReader::at_end() {
  while (!in_.at_end()) {
    in_.begin_entry();
    const auto left = static_cast<std::size_t>(left_in_block());
    const Bytes head = in_.peek(kHeaderBytes);
    // Zeros: a block, or all of the file, was made ready and not used.
    const bool unused =
        left < kHeaderBytes ||
        std::all_of(head.begin(), head.end(), [](std::uint8_t byte) { return byte == kPadding; });
    if (!unused) return false;
    in_.take(static_cast<std::size_t>(std::min<std::uint64_t>(left, in_.remaining())), "padding");
  }
  return true;
}

RocksdbLogReader::Fragment RocksdbLogReader::read_fragment() {
  const Within place(in_, "record");
  const std::uint64_t start = in_.offset();
  const auto checksum = static_cast<std::uint32_t>(little_endian(in_.take(4, "checksum")));
  const auto size = static_cast<std::size_t>(little_endian(in_.take(2, "record size")));
  const Bytes type = in_.take(1, "record type");
  if (size > left_in_block()) {
    in_.fail_at(start, fmt::format("record part of {} bytes crosses the end of its block", size));
  }
  const Bytes data = in_.take(size, "record");
  const std::uint32_t computed = masked_crc32c(type, data);
  if (checksum != computed) {
    in_.fail_at(start,
                fmt::format("checksum {:08x}, but the record part has {:08x}", checksum, computed));
  }
  return {type[0], data};
}

bool RocksdbLogReader::next(ByteVector& record) {
  record.clear();
  if (at_end()) return false;
  for (bool first = true;; first = false) {
    const std::uint64_t start = in_.offset();
    const Fragment part = read_fragment();
    if (first) record_offset_ = start + kHeaderBytes;
    const bool expected = first ? part.type == kWhole || part.type == kFirst
                                : part.type == kMiddle || part.type == kLast;
    if (!expected) in_.fail_at(start, fmt::format("record part of type {}", part.type));
    record.insert(record.end(), part.data.begin(), part.data.end());
    if (part.type == kWhole || part.type == kLast) return true;
    if (at_end()) in_.fail("the file ends within a record", 0);
  }
}

void put_rocksdb_record(Bytes record, ByteWriter& log) {
  for (bool first = true, last = false; !last; first = false) {
    std::size_t left = kBlockBytes - log.size() % kBlockBytes;
    if (left < kHeaderBytes) {
      for (; left > 0; --left) log.u8(kPadding);
      left = kBlockBytes;
    }
    const Bytes part = record.first(std::min(record.size(), left - kHeaderBytes));
    record = record.subspan(part.size());
    last = record.empty();
    const std::uint8_t type = first ? (last ? kWhole : kFirst) : (last ? kLast : kMiddle);
    put_little_endian(masked_crc32c({&type, 1}, part), 4, log);
    put_little_endian(part.size(), 2, log);
    log.u8(type);
    log.raw(part);
  }
}

}  // namespace savvy
