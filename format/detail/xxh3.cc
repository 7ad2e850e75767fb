#include "format/detail/xxh3.h"

#include <array>
#include <bit>
#include <cstring>

#include "format/detail/little_endian.h"

namespace savvy {
namespace {

using U64 = std::uint64_t;

// All of these are part of the hash's definition.
constexpr U64 kPrime32A = 0x9E3779B1;
constexpr U64 kPrime32B = 0x85EBCA77;
constexpr U64 kPrime32C = 0xC2B2AE3D;
constexpr U64 kPrime64A = 0x9E3779B185EBCA87;
constexpr U64 kPrime64B = 0xC2B2AE3D27D4EB4F;
constexpr U64 kPrime64C = 0x165667B19E3779F9;
constexpr U64 kPrime64D = 0x85EBCA77C2B2AE63;
constexpr U64 kPrime64E = 0x27D4EB2F165667C5;
constexpr U64 kMix = 0x165667919E3779F9;
constexpr U64 kShortMix = 0x9FB21C651E98DF25;

constexpr std::array<std::uint8_t, 192> kSecret = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};

constexpr std::size_t kStripe = 64;
constexpr std::size_t kStripesOfBlock = (kSecret.size() - kStripe) / 8;
constexpr std::size_t kBlock = kStripe * kStripesOfBlock;

U64 secret(std::size_t at) { return load_le64(kSecret.data() + at); }

U64 load_le32(const std::uint8_t* at) { return little_endian({at, 4}); }

U64 folded_product(U64 a, U64 b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<U64>(product) ^ static_cast<U64>(product >> 64);
}

U64 avalanche(U64 hash) {
  hash ^= hash >> 37;
  hash *= kMix;
  return hash ^ (hash >> 32);
}

U64 long_avalanche(U64 hash) {
  hash ^= hash >> 33;
  hash *= kPrime64B;
  hash ^= hash >> 29;
  hash *= kPrime64C;
  return hash ^ (hash >> 32);
}

U64 mix16(const std::uint8_t* at, std::size_t secret_at) {
  return folded_product(load_le64(at) ^ secret(secret_at),
                        load_le64(at + 8) ^ secret(secret_at + 8));
}

U64 hash_1_to_3(Bytes in) {
  const U64 combined = static_cast<U64>(in[0]) << 16 | static_cast<U64>(in[in.size() / 2]) << 24 |
                       in.back() | in.size() << 8;
  return long_avalanche(combined ^ (load_le32(kSecret.data()) ^ load_le32(kSecret.data() + 4)));
}

U64 hash_4_to_8(Bytes in) {
  U64 hash = load_le32(&in.back() - 3) + (load_le32(in.data()) << 32);
  hash ^= secret(8) ^ secret(16);
  hash ^= std::rotl(hash, 49) ^ std::rotl(hash, 24);
  hash *= kShortMix;
  hash ^= (hash >> 35) + in.size();
  hash *= kShortMix;
  return hash ^ (hash >> 28);
}

U64 hash_9_to_16(Bytes in) {
  const U64 low = load_le64(in.data()) ^ secret(24) ^ secret(32);
  const U64 high = load_le64(in.data() + in.size() - 8) ^ secret(40) ^ secret(48);
  return avalanche(in.size() + __builtin_bswap64(low) + high + folded_product(low, high));
}

U64 hash_17_to_128(Bytes in) {
  U64 hash = in.size() * kPrime64A;
  const std::uint8_t* end = in.data() + in.size();
  // Pairs of 16 bytes, from both ends towards the middle.
  for (std::size_t i = 0; i <= (in.size() - 1) / 32; ++i) {
    hash += mix16(in.data() + 16 * i, 32 * i) + mix16(end - 16 * (i + 1), 32 * i + 16);
  }
  return avalanche(hash);
}

U64 hash_129_to_240(Bytes in) {
  U64 hash = in.size() * kPrime64A;
  for (std::size_t i = 0; i < 8; ++i) hash += mix16(in.data() + 16 * i, 16 * i);
  hash = avalanche(hash);
  for (std::size_t i = 8; i < in.size() / 16; ++i) {
    hash += mix16(in.data() + 16 * i, 16 * (i - 8) + 3);
  }
  return avalanche(hash + mix16(in.data() + in.size() - 16, 119));
}

using Lanes = std::array<U64, 8>;

void add_stripe(Lanes& lanes, const std::uint8_t* at, std::size_t secret_at) {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const U64 value = load_le64(at + 8 * i);
    const U64 keyed = value ^ secret(secret_at + 8 * i);
    lanes[i ^ 1] += value;
    lanes[i] += (keyed & 0xFFFFFFFF) * (keyed >> 32);
  }
}

void scramble(Lanes& lanes) {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    lanes[i] ^= lanes[i] >> 47;
    lanes[i] ^= secret(kSecret.size() - kStripe + 8 * i);
    lanes[i] *= kPrime32A;
  }
}

U64 hash_long(Bytes in) {
  Lanes lanes = {kPrime32C, kPrime64A, kPrime64B, kPrime64C,
                 kPrime64D, kPrime32B, kPrime64E, kPrime32A};
  const std::size_t blocks = (in.size() - 1) / kBlock;
  for (std::size_t block = 0; block < blocks; ++block) {
    for (std::size_t i = 0; i < kStripesOfBlock; ++i) {
      add_stripe(lanes, in.data() + block * kBlock + i * kStripe, 8 * i);
    }
    scramble(lanes);
  }
  const std::uint8_t* rest = in.data() + blocks * kBlock;
  for (std::size_t i = 0; i < (in.size() - 1 - blocks * kBlock) / kStripe; ++i) {
    add_stripe(lanes, rest + i * kStripe, 8 * i);
  }
  add_stripe(lanes, in.data() + in.size() - kStripe, kSecret.size() - kStripe - 7);
  U64 hash = in.size() * kPrime64A;
  for (std::size_t i = 0; i < 4; ++i) {
    hash += folded_product(lanes[2 * i] ^ secret(11 + 16 * i),
                           lanes[2 * i + 1] ^ secret(11 + 16 * i + 8));
  }
  return avalanche(hash);
}

}  // namespace

std::uint64_t xxh3(Bytes bytes) {
  if (bytes.empty()) return long_avalanche(secret(56) ^ secret(64));
  if (bytes.size() <= 3) return hash_1_to_3(bytes);
  if (bytes.size() <= 8) return hash_4_to_8(bytes);
  if (bytes.size() <= 16) return hash_9_to_16(bytes);
  if (bytes.size() <= 128) return hash_17_to_128(bytes);
  if (bytes.size() <= 240) return hash_129_to_240(bytes);
  return hash_long(bytes);
}

}  // namespace savvy
