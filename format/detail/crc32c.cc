#include "format/detail/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace savvy {
namespace {

constexpr std::size_t kStepBytes = std::size_t{1} << 30;  // isa-l counts in int

std::uint32_t advance(std::uint32_t crc, Bytes bytes) {
  while (!bytes.empty()) {
    const Bytes step = bytes.first(std::min(bytes.size(), kStepBytes));
    // isa-l takes the bytes as changeable, and does not change them.
    crc = crc32_iscsi(const_cast<unsigned char*>(step.data()), static_cast<int>(step.size()), crc);
    bytes = bytes.subspan(step.size());
  }
  return crc;
}

}  // namespace

std::uint32_t masked_crc32c(Bytes bytes) { return masked_crc32c(bytes, {}); }

std::uint32_t masked_crc32c(Bytes first, Bytes second) {
  const std::uint32_t crc = ~advance(advance(0xFFFFFFFFU, first), second);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

}  // namespace savvy
