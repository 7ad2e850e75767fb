#include "format/detail/murmur3.h"

#include <bit>
#include <cstring>

namespace savvy {
namespace {

constexpr std::uint64_t kC1 = 0x87c37b91114253d5;
constexpr std::uint64_t kC2 = 0x4cf5ad432745937f;

std::uint64_t load_le64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

// Up to eight bytes; what is missing counts as zero.
std::uint64_t load_tail(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
}

std::uint64_t mix_low(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
std::uint64_t mix_high(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }

std::uint64_t finish(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

}  // namespace

Murmur3 murmur3(std::string_view data) {
  std::uint64_t h1 = 0;
  std::uint64_t h2 = 0;
  const std::size_t whole = data.size() - data.size() % 16;
  for (std::size_t i = 0; i < whole; i += 16) {
    h1 = (std::rotl(h1 ^ mix_low(load_le64(data.data() + i)), 27) + h2) * 5 + 0x52dce729;
    h2 = (std::rotl(h2 ^ mix_high(load_le64(data.data() + i + 8)), 31) + h1) * 5 + 0x38495ab5;
  }
  const std::string_view tail = data.substr(whole);
  if (tail.size() > 8) h2 ^= mix_high(load_tail(tail.substr(8)));
  h1 ^= mix_low(load_tail(tail));

  h1 ^= data.size();
  h2 ^= data.size();
  h1 += h2;
  h2 += h1;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 += h2;
  h2 += h1;
  return {h1, h2};
}

}  // namespace savvy
