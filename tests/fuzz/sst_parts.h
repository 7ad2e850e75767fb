// The parts of fuzz_sst.cc, for it and for those who make its inputs.

#pragma once

#include <cstddef>
#include <cstdint>

namespace savvy::testing {

enum class SstPartKind : std::uint8_t {
  kData = 0,
  kProperties = 1,
  kRangeDeletions = 2,
  kFilter = 3,
  kFilterPartitions = 4,
  kIndex = 5,      // in place of the one that is made
  kMetaIndex = 6,  // the same
  kBetween = 7,    // bytes that belong to no block
};

inline constexpr std::uint8_t kSstPacked = 0x80;

inline constexpr std::size_t kSstFrontBytes = 2;
inline constexpr std::uint8_t kSstPartitions = 0x40;
inline constexpr std::uint8_t kSstAsItIs = 0x80;

}  // namespace savvy::testing
