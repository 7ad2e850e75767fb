// MurmurHash3 x64 128 with seed 0.

#pragma once

#include <cstdint>
#include <string_view>

namespace savvy {

struct Murmur3 {
  std::uint64_t low;
  std::uint64_t high;
};

Murmur3 murmur3(std::string_view data);

}  // namespace savvy
