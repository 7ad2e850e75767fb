#include "format/key_groups.h"

#include <catch2/catch.hpp>
#include <vector>

namespace savvy {
namespace {

using Ranges = std::vector<KeyGroupRange>;

Ranges all_ranges(std::int32_t max_parallelism, std::int32_t parallelism) {
  Ranges ranges;
  for (std::int32_t i = 0; i < parallelism; ++i) {
    ranges.push_back(key_group_range(i, parallelism, max_parallelism));
  }
  return ranges;
}

}  // namespace

// The expected numbers are Flink's own.
TEST_CASE("a hash code has the key group that Flink gives it", "[key_groups]") {
  CHECK(key_group_of_hash(1, 128) == 86);
  CHECK(key_group_of_hash(1, 32768) == 16342);
  CHECK(key_group_of_hash(-5, 128) == 80);
  CHECK(key_group_of_hash(-5, 32768) == 12112);
  CHECK(key_group_of_hash(96354, 128) == 115);  // "abc"
  CHECK(key_group_of_hash(96354, 32768) == 24819);
}

TEST_CASE("every hash code has a key group in range", "[key_groups]") {
  for (const std::int32_t hash : {0, -1, INT32_MAX, INT32_MIN}) {
    CAPTURE(hash);
    CHECK(key_group_of_hash(hash, 1) == 0);
    CHECK(key_group_of_hash(hash, 32768) >= 0);
    CHECK(key_group_of_hash(hash, 32768) < 32768);
  }
}

TEST_CASE("key groups are dealt out to subtasks", "[key_groups]") {
  CHECK(all_ranges(128, 3) == Ranges{{0, 43}, {43, 43}, {86, 42}});
  CHECK(all_ranges(128, 5) == Ranges{{0, 26}, {26, 26}, {52, 25}, {77, 26}, {103, 25}});
  CHECK(all_ranges(10, 4) == Ranges{{0, 3}, {3, 2}, {5, 3}, {8, 2}});
  CHECK(all_ranges(1, 1) == Ranges{{0, 1}});
  CHECK(key_group_range(32767, 32768, 32768) == KeyGroupRange{32767, 1});
}

TEST_CASE("ranges tile all key groups, and their owners know them", "[key_groups]") {
  for (const std::int32_t max_parallelism : {1, 2, 127, 128, 129, 1000}) {
    for (std::int32_t parallelism = 1; parallelism <= std::min(max_parallelism, 40);
         ++parallelism) {
      CAPTURE(max_parallelism, parallelism);
      std::int32_t next = 0;
      for (std::int32_t subtask = 0; subtask < parallelism; ++subtask) {
        const KeyGroupRange range = key_group_range(subtask, parallelism, max_parallelism);
        REQUIRE(range.first == next);
        for (std::int32_t group = range.first; group < range.end(); ++group) {
          REQUIRE(subtask_of_key_group(group, parallelism, max_parallelism) == subtask);
        }
        next = range.end();
      }
      CHECK(next == max_parallelism);
    }
  }
}

TEST_CASE("the key group takes two bytes from 129 on", "[key_groups]") {
  CHECK(key_group_prefix_bytes(1) == 1);
  CHECK(key_group_prefix_bytes(128) == 1);
  CHECK(key_group_prefix_bytes(129) == 2);
  CHECK(key_group_prefix_bytes(32768) == 2);
}

}  // namespace savvy
