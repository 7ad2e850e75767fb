#include "writers/sst_levels.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace savvy::testing {
namespace {

constexpr std::uint8_t kPut = 1;

SstFile file(std::int32_t level, const std::string& smallest, const std::string& largest,
             std::uint64_t smallest_seqno, std::uint64_t largest_seqno) {
  SstFile result;
  result.level = level;
  result.smallest = internal_key(from_hex(smallest), smallest_seqno, kPut);
  result.largest = internal_key(from_hex(largest), smallest_seqno, kPut);
  result.smallest_seqno = smallest_seqno;
  result.largest_seqno = largest_seqno;
  return result;
}

// The levels that the files get; empty if they do not go together.
std::vector<std::int32_t> settled(std::vector<SstFile> files) {
  std::vector<std::int32_t> levels;
  if (settle_levels(files) == LevelsFit::kNo) return levels;
  for (const SstFile& each : files) levels.push_back(each.level);
  return levels;
}

using Levels = std::vector<std::int32_t>;

TEST_CASE("files of one database stay on their levels", "[sst_levels]") {
  CHECK(settled({}).empty());
  CHECK(
      settled({file(0, "01", "09", 50, 60), file(0, "02", "03", 40, 49), file(1, "01", "04", 9, 30),
               file(1, "05", "08", 7, 31), file(6, "01", "09", 0, 0)}) == Levels{0, 0, 1, 1, 6});
}

TEST_CASE("numbers of several databases make level 0 sink", "[sst_levels]") {
  // The second database's numbers lie within those of the first.
  CHECK(settled({file(0, "01", "04", 10, 60), file(0, "11", "14", 20, 30)}) == Levels{6, 6});
  // Over what is older, and only over that; beside it where only the ends share a key.
  CHECK(settled({file(0, "01", "04", 10, 60), file(0, "02", "03", 5, 9), file(2, "01", "02", 1, 4),
                 file(0, "11", "14", 20, 30), file(1, "14", "15", 1, 19)}) ==
        Levels{4, 5, 6, 6, 6});
}

TEST_CASE("of two files that share a key, the newer is not put below", "[sst_levels]") {
  // Level 2: the left file ends with newer entries of 05 than the right one begins with. Something
  // older lies below the right file only.
  SstFile left = file(2, "01", "05", 8, 20);
  SstFile right = file(2, "05", "07", 4, 7);
  const Levels levels = settled({left, right, file(3, "06", "07", 1, 3),
                                 file(0, "0a", "0b", 10, 60), file(0, "11", "14", 20, 30)});
  REQUIRE(levels.size() == 5);
  CHECK(levels == Levels{5, 5, 6, 6, 6});
}

TEST_CASE("files that cannot lie in one database", "[sst_levels]") {
  CHECK(settled({file(2, "01", "05", 8, 20), file(2, "04", "07", 8, 20)}).empty());
  CHECK(settled({file(2, "01", "05", 8, 20), file(2, "05", "07", 8, 20)}).empty());
  CHECK(settled({file(7, "01", "05", 8, 20)}).empty());
  std::vector<SstFile> deep;
  for (std::uint64_t i = 0; i < 8; ++i) {
    deep.push_back(file(0, "01", "05", 100 + i * 10, 105 + i * 10));
    deep.push_back(file(0, "11", "15", 100 + i * 10, 106 + i * 10));
  }
  CHECK(settled(deep).empty());
}

TEST_CASE("key groups between the bounds of a file", "[sst_levels]") {
  SstFile sst = file(1, "0105", "0307", 1, 2);
  CHECK(key_groups_of(sst, 1) == KeyGroupRange{1, 3});
  CHECK(key_groups_of(sst, 2) == KeyGroupRange{0x105, 0x203});
  // The end of a range deletion is no entry.
  sst.largest = internal_key(from_hex("03"), (std::uint64_t{1} << 56) - 1, 0x0F);
  CHECK(key_groups_of(sst, 1) == KeyGroupRange{1, 2});
  CHECK_FALSE(key_groups_of(sst, 2).has_value());
  sst.largest = internal_key(from_hex("0300"), (std::uint64_t{1} << 56) - 1, 0x0F);
  CHECK(key_groups_of(sst, 1) == KeyGroupRange{1, 3});
}

}  // namespace
}  // namespace savvy::testing
