// Null masks: bit i at 0x80 >> (i mod 8) of byte i / 8, 1 = null.
// Source  MaskUtils

#pragma once

#include <cstddef>

#include "format/byte_reader.h"

namespace savvy {

class Mask {
 public:
  Mask(ByteReader& in, std::size_t bits) : bytes_(in.take(size_bytes(bits), "null mask")) {}

  static constexpr std::size_t size_bytes(std::size_t bits) { return bits / 8 + (bits % 8 != 0); }
  bool operator[](std::size_t i) const { return (bytes_[i / 8] >> (7 - i % 8) & 1) != 0; }

 private:
  Bytes bytes_;
};

}  // namespace savvy
