#include "redistribute/keyed_plan.h"

#include <catch2/catch.hpp>
#include <random>

#include "format/errors.h"
#include "format/key_groups.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;
using Parts = std::vector<KeyedPart>;
using Ranges = std::vector<KeyGroupRange>;

Ranges ranges_at(std::int32_t parallelism, std::int32_t max_parallelism) {
  Ranges ranges;
  for (std::int32_t i = 0; i < parallelism; ++i) {
    ranges.push_back(key_group_range(i, parallelism, max_parallelism));
  }
  return ranges;
}

}  // namespace

// Ranges of operator-state.md, section 5.1: 0-42, 43-85, 86-127 and 0-25, 26-51, 52-76, 77-102,
// 103-127.
TEST_CASE("new subtasks take what their range and the old ones share", "[keyed_plan]") {
  const auto grown = plan_keyed(ranges_at(3, 128), 5, 128);
  REQUIRE(grown.size() == 5);
  CHECK(grown[0] == Parts{{0, {0, 26}}});
  CHECK(grown[1] == Parts{{0, {26, 17}}, {1, {43, 9}}});
  CHECK(grown[2] == Parts{{1, {52, 25}}});
  CHECK(grown[3] == Parts{{1, {77, 9}}, {2, {86, 17}}});
  CHECK(grown[4] == Parts{{2, {103, 25}}});
  const auto shrunk = plan_keyed(ranges_at(5, 128), 3, 128);
  REQUIRE(shrunk.size() == 3);
  CHECK(shrunk[0] == Parts{{0, {0, 26}}, {1, {26, 17}}});
  CHECK(shrunk[1] == Parts{{1, {43, 9}}, {2, {52, 25}}, {3, {77, 9}}});
  CHECK(shrunk[2] == Parts{{3, {86, 17}}, {4, {103, 25}}});
}

TEST_CASE("ranges of ten key groups over four", "[keyed_plan]") {
  const auto plan = plan_keyed({{0, 10}}, 4, 10);
  REQUIRE(plan.size() == 4);
  CHECK(plan[0] == Parts{{0, {0, 3}}});
  CHECK(plan[1] == Parts{{0, {3, 2}}});
  CHECK(plan[2] == Parts{{0, {5, 3}}});
  CHECK(plan[3] == Parts{{0, {8, 2}}});
}

TEST_CASE("parts come in the order of the old handles; gaps and empty ranges are legal",
          "[keyed_plan]") {
  const Ranges old = {{100, 28}, {0, 0}, {0, 40}};
  CHECK_NOTHROW(require_disjoint(old, 128, "operator"));
  const auto plan = plan_keyed(old, 2, 128);
  REQUIRE(plan.size() == 2);
  CHECK(plan[0] == Parts{{2, {0, 40}}});
  CHECK(plan[1] == Parts{{0, {100, 28}}});
  const auto one = plan_keyed(old, 1, 128);
  CHECK(one[0] == Parts{{0, {100, 28}}, {2, {0, 40}}});
}

TEST_CASE("every key group goes to its new owner once", "[keyed_plan]") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::int32_t max = 1 + static_cast<std::int32_t>(random() % (round % 10 ? 300 : 32768));
    const auto parallelism = [&] {
      return 1 + static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(max));
    };
    const Ranges old = ranges_at(parallelism(), max);
    const std::int32_t new_parallelism = parallelism();
    CAPTURE(max, old.size(), new_parallelism);
    CHECK_FALSE(find_overlap(old));
    const auto plan = plan_keyed(old, new_parallelism, max);
    std::vector<int> seen(static_cast<std::size_t>(max));
    for (std::size_t i = 0; i < plan.size(); ++i) {
      for (const KeyedPart& part : plan[i]) {
        REQUIRE_FALSE(part.range.empty());
        for (std::int32_t group = part.range.first; group < part.range.end(); ++group) {
          REQUIRE(old[part.source].contains(group));
          REQUIRE(subtask_of_key_group(group, new_parallelism, max) ==
                  static_cast<std::int32_t>(i));
          ++seen[static_cast<std::size_t>(group)];
        }
      }
    }
    REQUIRE(seen == std::vector<int>(static_cast<std::size_t>(max), 1));
  }
}

TEST_CASE("at the same parallelism each keeps its own", "[keyed_plan]") {
  for (const std::int32_t parallelism : {1, 3, 32768}) {
    const Ranges old = ranges_at(parallelism, 32768);
    const auto plan = plan_keyed(old, parallelism, 32768);
    for (std::size_t i = 0; i < old.size(); ++i) REQUIRE(plan[i] == Parts{{i, old[i]}});
  }
}

TEST_CASE("overlapping old ranges are refused", "[keyed_plan]") {
  const Ranges old = {{64, 64}, {0, 0}, {0, 70}};
  CHECK(find_overlap(old) == KeyedOverlap{0, 2, {64, 6}});
  CHECK(message_of<UnsupportedError>([&] { require_disjoint(old, 128, "operator \"a\""); }) ==
        "operator \"a\": key groups 64 to 69 are in keyed handle 0 and in keyed handle 2; "
        "rewritten, their entries would be there twice");
  // An empty range inside another holds nothing.
  CHECK_FALSE(find_overlap({{0, 128}, {5, 0}}));
  // The lowest of several.
  CHECK(find_overlap({{50, 20}, {60, 20}, {0, 10}, {9, 2}}) == KeyedOverlap{2, 3, {9, 1}});
}

TEST_CASE("key groups beyond the last are refused", "[keyed_plan]") {
  const auto error = [](const Ranges& ranges) {
    return message_of<UnsupportedError>([&] { require_disjoint(ranges, 128, "a"); });
  };
  CHECK(error({{0, 128}}) == "no error");
  CHECK(error({{0, 128}, {128, 1}}) ==
        "a: keyed handle 1 holds key groups 128 to 128, of max parallelism 128 there are only 0 "
        "to 127");
  CHECK(error({{2147483647, 2147483647}}) ==
        "a: keyed handle 0 holds key groups 2147483647 to 4294967293, of max parallelism 128 there "
        "are only 0 to 127");
}

}  // namespace savvy
