// A UUID as text: 00112233-4455-6677-8899-aabbccddeeff.

#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "format/bytes.h"

namespace savvy {

inline std::string uuid_text(std::uint64_t most, std::uint64_t least) {
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", most >> 32, most >> 16 & 0xFFFF,
                     most & 0xFFFF, least >> 48, least & 0xFFFF'FFFF'FFFF);
}

// Of 16 bytes, the highest first.
inline std::string uuid_text(Bytes bytes) {
  std::uint64_t halves[2] = {0, 0};
  for (std::size_t i = 0; i < 16; ++i) halves[i / 8] = halves[i / 8] << 8 | bytes[i];
  return uuid_text(halves[0], halves[1]);
}

}  // namespace savvy
