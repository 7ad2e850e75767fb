#include "format/detail/xxh3.h"

#include <catch2/catch.hpp>

namespace savvy::testing {
namespace {

struct Known {
  std::size_t size;
  std::uint64_t hash;
};

// By xxHash 0.8.3, of the first bytes of known_bytes(): both sides of each length at which the hash
// is worked out in another way.
constexpr Known kKnown[] = {
    {0, 0x2d06800538d394c2},    {1, 0x13e608bc156defed},    {2, 0x1c9074b93943b86c},
    {3, 0xa9088dda485b481c},    {4, 0x6d9253b16c8b1ed3},    {7, 0x8e8291ad89127e2e},
    {8, 0x60539db630471163},    {9, 0xfeff668361d723a8},    {16, 0xb8c859b0f030b585},
    {17, 0x714a04408e79b80f},   {32, 0x19ff4ee1d6ba1a55},   {33, 0x3e44983ad21679c8},
    {64, 0x287eb1fa9e4be2c1},   {65, 0x829218de4d798646},   {96, 0xf084e7cfbc624743},
    {97, 0x1daa83271a8e7b7c},   {128, 0x67425a03650261bf},  {129, 0xc664bf3311c6abc4},
    {143, 0x8b313780705af3a7},  {144, 0x606a17fa700bb932},  {192, 0x78ba6e57be15802f},
    {239, 0x1d861931c1f3cafa},  {240, 0x64556dc6b462a6cf},  {241, 0x8beadd3a8874fe17},
    {255, 0xb67b6637a76e6c39},  {256, 0x3c38817f6d79c0da},  {512, 0xf58202b8d9019d1d},
    {1023, 0xd26986a0b85dcc44}, {1024, 0x9b81661c641c72b1}, {1025, 0x806c2072ed713576},
    {1088, 0x2f8781e01841f0da}, {2048, 0xabe604813ba62ed1}, {2049, 0x55aed42c9f1554b6},
    {2999, 0xc61d8aac87f86f7a},
};

ByteVector known_bytes() {
  ByteVector bytes(3000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + 3);
  return bytes;
}

TEST_CASE("XXH3 of all lengths", "[xxh3]") {
  const ByteVector bytes = known_bytes();
  for (const Known& known : kKnown) {
    CAPTURE(known.size);
    CHECK(xxh3(Bytes(bytes).first(known.size)) == known.hash);
  }
}

}  // namespace
}  // namespace savvy::testing
