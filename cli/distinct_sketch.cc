#include "cli/distinct_sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace savvy {
namespace {

constexpr int kIndexBits = 14;
constexpr std::size_t kRegisters = std::size_t{1} << kIndexBits;
// Flajolet et al., "HyperLogLog", figure 3: the factor against bias for many registers, and the
// bound below which empty registers tell more.
constexpr double kRegisterCount = static_cast<double>(kRegisters);
constexpr double kAlpha = 0.7213 / (1 + 1.079 / kRegisterCount);
constexpr double kSmallRange = 2.5 * kRegisterCount;

// A bijection after which every input bit reaches every output bit (the finalizer of SplitMix64).
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::uint64_t load_word(const std::uint8_t* from, std::size_t count) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, count);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

}  // namespace

std::uint64_t hash_bytes(Bytes bytes) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t hash = mix(bytes.size() + 1);
  for (std::size_t i = 0; i < bytes.size(); i += kWord) {
    hash = mix(hash ^ load_word(bytes.data() + i, std::min(kWord, bytes.size() - i)));
  }
  return hash;
}

DistinctSketch::DistinctSketch() : registers_(kRegisters) {}

void DistinctSketch::add(std::uint64_t hash) {
  const auto index = static_cast<std::size_t>(hash >> (64 - kIndexBits));
  // The place of the first set bit behind the index, from 1; the stop bit bounds it.
  const std::uint64_t rest = hash << kIndexBits | std::uint64_t{1} << (kIndexBits - 1);
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  registers_[index] = std::max(registers_[index], rank);
}

std::uint64_t DistinctSketch::estimate() const {
  double sum = 0;
  std::size_t empty = 0;
  for (const std::uint8_t rank : registers_) {
    sum += std::ldexp(1.0, -rank);
    if (rank == 0) ++empty;
  }
  double estimate = kAlpha * kRegisterCount * kRegisterCount / sum;
  if (estimate <= kSmallRange && empty > 0) {
    estimate = kRegisterCount * std::log(kRegisterCount / static_cast<double>(empty));
  }
  return static_cast<std::uint64_t>(std::llround(estimate));
}

}  // namespace savvy
