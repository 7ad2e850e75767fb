// Numbers whose lowest byte stands first, as RocksDB and snappy's frames have them.

#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "format/byte_reader.h"
#include "format/byte_writer.h"
#include "format/bytes.h"

namespace savvy {

// Of up to eight bytes; what is missing counts as zero.
inline std::uint64_t little_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = (value << 8) | bytes[i - 1];
  return value;
}

// Of the eight bytes at `at`.
inline std::uint64_t load_le64(const std::uint8_t* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

// Appends the lowest `width` bytes of `value`.
inline void put_little_endian(std::uint64_t value, int width, ByteWriter& out) {
  for (int i = 0; i < width; ++i) out.u8(static_cast<std::uint8_t>(value >> (8 * i)));
}

// Unsigned LEB128 of at most 64 bits.
inline std::uint64_t read_leb64(ByteReader& in, std::string_view field) {
  const std::uint64_t start = in.offset();
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    const std::uint8_t byte = in.u8(field);
    if (shift == 63 && (byte & 0xFE) != 0) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  in.fail_at(start, std::string(field) + " does not fit in 64 bits");
}

inline void put_leb64(std::uint64_t value, ByteWriter& out) {
  for (; value >= 0x80; value >>= 7) out.u8(static_cast<std::uint8_t>(value | 0x80));
  out.u8(static_cast<std::uint8_t>(value));
}

// A LEB128 byte count and that many bytes.
inline Bytes read_slice(ByteReader& in, std::string_view field) {
  const std::size_t size = in.leb32(field);
  if (size > in.remaining()) in.fail(std::string(field) + " does not fit in what is left");
  return in.take(size, field);
}

inline void put_slice(Bytes bytes, ByteWriter& out) {
  put_leb64(bytes.size(), out);
  out.raw(bytes);
}

}  // namespace savvy
