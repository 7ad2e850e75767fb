// Kryo's primitives: what Input reads.
//
// Bytes   varint: 7 bits a byte, least first, at most 5; varlong: at most 9, the ninth with 8 bits.
//         Fixed numbers are big-endian in Kryo 2.24 and little-endian in Kryo 5
// Source  com.esotericsoftware.kryo.io.Input of both releases

#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "format/byte_reader.h"
#include "format/kryo_release.h"

namespace savvy {

// A length with a bit of its own.
struct FlaggedLength {
  bool flag;
  std::uint32_t value;
};

class KryoInput {
 public:
  // `release` is one of the two.
  KryoInput(ByteReader& in, KryoRelease release)
      : in_(in), little_endian_(release == KryoRelease::kKryo5) {}

  ByteReader& in() { return in_; }

  std::uint32_t varint(std::string_view field) { return in_.leb32(field); }
  std::int32_t zigzag(std::string_view field);
  std::uint64_t varlong(std::string_view field);
  std::int64_t zigzag_long(std::string_view field);
  // The first byte has the flag in bit 7 and six bits of the value.
  FlaggedLength flagged_varint(std::string_view field);

  std::uint8_t u8(std::string_view field) { return in_.u8(field); }
  bool boolean(std::string_view field) { return in_.boolean(field); }
  std::uint16_t u16(std::string_view field) { return ordered(in_.u16(field)); }
  std::int16_t i16(std::string_view field) { return static_cast<std::int16_t>(u16(field)); }
  std::int32_t i32(std::string_view field) {
    return static_cast<std::int32_t>(ordered(static_cast<std::uint32_t>(in_.i32(field))));
  }
  std::int64_t i64(std::string_view field) {
    return static_cast<std::int64_t>(ordered(static_cast<std::uint64_t>(in_.i64(field))));
  }
  float f32(std::string_view field) { return std::bit_cast<float>(i32(field)); }
  double f64(std::string_view field) { return std::bit_cast<double>(i64(field)); }

  // False for a null. `text` is replaced.
  bool string(std::string_view field, std::string& text);
  std::string required_string(std::string_view field);

 private:
  std::uint16_t ordered(std::uint16_t value) const {
    return little_endian_ ? __builtin_bswap16(value) : value;
  }
  std::uint32_t ordered(std::uint32_t value) const {
    return little_endian_ ? __builtin_bswap32(value) : value;
  }
  std::uint64_t ordered(std::uint64_t value) const {
    return little_endian_ ? __builtin_bswap64(value) : value;
  }
  void ascii(std::string_view field, std::string& text);
  void units(std::uint32_t count, std::string_view field, std::string& text);

  ByteReader& in_;
  bool little_endian_;
};

}  // namespace savvy
