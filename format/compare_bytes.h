// The order of bytes: unsigned, a prefix before what it begins.

#pragma once

#include <algorithm>
#include <compare>
#include <cstring>

#include "format/bytes.h"

namespace savvy {

inline std::strong_ordering compare_bytes(Bytes a, Bytes b) {
  const std::size_t common = std::min(a.size(), b.size());
  const int first = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  return first != 0 ? first <=> 0 : a.size() <=> b.size();
}

}  // namespace savvy
