#include "format/hash128.h"

#include <algorithm>
#include <bit>

#include "format/detail/little_endian.h"

namespace savvy {
namespace {

constexpr std::uint64_t kC1 = 0x87c37b91114253d5;
constexpr std::uint64_t kC2 = 0x4cf5ad432745937f;

std::uint64_t mix_low(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
std::uint64_t mix_high(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }

std::uint64_t avalanche(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

}  // namespace

void Hash128Stream::mix_block(const std::uint8_t* block) {
  h1_ = (std::rotl(h1_ ^ mix_low(load_le64(block)), 27) + h2_) * 5 + 0x52dce729;
  h2_ = (std::rotl(h2_ ^ mix_high(load_le64(block + 8)), 31) + h1_) * 5 + 0x38495ab5;
}

void Hash128Stream::add(Bytes bytes) {
  const auto pending = static_cast<std::size_t>(size_ % pending_.size());
  size_ += bytes.size();
  if (pending > 0) {
    const std::size_t count = std::min(bytes.size(), pending_.size() - pending);
    std::copy_n(bytes.begin(), count, pending_.begin() + static_cast<std::ptrdiff_t>(pending));
    bytes = bytes.subspan(count);
    if (pending + count < pending_.size()) return;
    mix_block(pending_.data());
  }
  while (bytes.size() >= pending_.size()) {
    mix_block(bytes.data());
    bytes = bytes.subspan(pending_.size());
  }
  std::copy(bytes.begin(), bytes.end(), pending_.begin());
}

Hash128 Hash128Stream::finish() const {
  const Bytes tail(pending_.data(), static_cast<std::size_t>(size_ % pending_.size()));
  std::uint64_t h1 = h1_;
  std::uint64_t h2 = h2_;
  if (tail.size() > 8) h2 ^= mix_high(little_endian(tail.subspan(8)));
  h1 ^= mix_low(little_endian(tail.first(std::min<std::size_t>(tail.size(), 8))));

  h1 ^= size_;
  h2 ^= size_;
  h1 += h2;
  h2 += h1;
  h1 = avalanche(h1);
  h2 = avalanche(h2);
  h1 += h2;
  h2 += h1;
  return {h1, h2};
}

Hash128 hash_of(Bytes bytes) {
  Hash128Stream stream;
  stream.add(bytes);
  return stream.finish();
}

}  // namespace savvy
