#include "format/key_groups.h"

#include <fmt/format.h>

#include <bit>

#include "format/errors.h"

namespace savvy {
namespace {

// One step of 32-bit murmur3 with its final mix, over the hash code as the only block.
std::int32_t murmur(std::int32_t java_hash) {
  std::uint32_t h = static_cast<std::uint32_t>(java_hash) * 0xCC9E2D51U;
  h = std::rotl(h, 15) * 0x1B873593U;
  h = std::rotl(h, 13) * 5 + 0xE6546B64U;
  h ^= 4;
  h ^= h >> 16;
  h *= 0x85EBCA6BU;
  h ^= h >> 13;
  h *= 0xC2B2AE35U;
  h ^= h >> 16;
  // The magnitude, and 0 for the least number, which has none; without a branch, since no one can
  // foretell the sign.
  const std::uint32_t sign = 0U - (h >> 31);
  return static_cast<std::int32_t>(((h ^ sign) - sign) & 0x7FFFFFFFU);
}

}  // namespace

std::int32_t key_group_of_hash(std::int32_t java_hash, std::int32_t max_parallelism) {
  const std::int32_t mixed = murmur(java_hash);  // not negative
  // The usual numbers are powers of two, for which nothing needs to be divided.
  const bool power_of_two = (max_parallelism & (max_parallelism - 1)) == 0;
  return power_of_two ? mixed & (max_parallelism - 1) : mixed % max_parallelism;
}

KeyGroupRange key_group_range(std::int32_t index, std::int32_t parallelism,
                              std::int32_t max_parallelism) {
  const std::int64_t i = index;
  const auto first =
      static_cast<std::int32_t>((i * max_parallelism + parallelism - 1) / parallelism);
  const auto last = static_cast<std::int32_t>(((i + 1) * max_parallelism - 1) / parallelism);
  return {first, last - first + 1};
}

std::int32_t subtask_of_key_group(std::int32_t key_group, std::int32_t parallelism,
                                  std::int32_t max_parallelism) {
  return static_cast<std::int32_t>(std::int64_t{key_group} * parallelism / max_parallelism);
}

bool can_be_key_groups(KeyGroupRange range) {
  return range.first >= 0 && range.count >= 0 && range.first <= kMostKeyGroups &&
         range.count <= kMostKeyGroups - range.first;
}

KeyGroupRange checked_key_groups(KeyGroupRange range, std::string_view file) {
  if (can_be_key_groups(range)) return range;
  throw FormatError(fmt::format("{}: {} key groups from {} on, more than the {} there can be", file,
                                range.count, range.first, kMostKeyGroups));
}

}  // namespace savvy
