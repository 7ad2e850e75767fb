#include "redistribute/java_hash_order.h"

#include <catch2/catch.hpp>
#include <string>

#include "format/java_hash.h"

namespace savvy {
namespace {

using Names = std::vector<std::string_view>;

Names in_order(const Names& names, const std::vector<std::size_t>& order) {
  Names result;
  for (const std::size_t i : order) result.push_back(names[i]);
  return result;
}

Names put_order(const Names& names) { return in_order(names, put_map_order(names)); }
Names computed_order(const Names& calls) { return in_order(calls, computed_map_order(calls)); }

}  // namespace

TEST_CASE("String.hashCode", "[java_hash_order]") {
  CHECK(java_hash_of_text("") == 0);
  CHECK(java_hash_of_text("a") == 97);
  CHECK(java_hash_of_text("abc") == 96354);
  CHECK(java_hash_of_text("state") == 109757585);
  CHECK(java_hash_of_text("\xc3\xa9") == 0xE9);                          // U+00E9
  CHECK(java_hash_of_text("\xf0\x9f\x98\x80") == 0xD83D * 31 + 0xDE00);  // U+1F600
}

// The buckets of operator-state.md, section 5.3: 0, 1, 5, 9, 10, 11, 15.
TEST_CASE("names stand in the order of their buckets", "[java_hash_order]") {
  const Names names = {"bucket-states",
                       "state",
                       "streaming_committer_raw_states",
                       "offsetState",
                       "writer_raw_states",
                       "a",
                       "SourceReaderState"};
  CHECK(computed_order(names) == Names(names.rbegin(), names.rend()));
  // Seven names: a put map has 16 buckets too.
  CHECK(put_order(names) == Names(names.rbegin(), names.rend()));
}

TEST_CASE("in one bucket computeIfAbsent puts the later name first, put last",
          "[java_hash_order]") {
  CHECK(computed_order({"SourceReaderState", "source-state"}) ==
        Names{"source-state", "SourceReaderState"});
  CHECK(computed_order({"source-state", "SourceReaderState"}) ==
        Names{"SourceReaderState", "source-state"});
  // "Aa" and "BB" have one hash.
  CHECK(put_order({"Aa", "BB"}) == Names{"Aa", "BB"});
  CHECK(put_order({"BB", "Aa"}) == Names{"BB", "Aa"});
  CHECK(computed_order({"Aa", "BB"}) == Names{"BB", "Aa"});
}

TEST_CASE("a known name stays where it is", "[java_hash_order]") {
  CHECK(computed_map_order({"Aa", "BB", "Aa", "BB"}) == std::vector<std::size_t>{1, 0});
  CHECK(computed_map_order({}).empty());
  CHECK(put_map_order({}).empty());
}

// hashCode of one letter is its code: 'A' 65 is in bucket 1 of 16 and bucket 1 of 32, 'Q' 81 in
// bucket 1 of 16 and bucket 17 of 32.
TEST_CASE("a map grows when a call finds more than three quarters full", "[java_hash_order]") {
  Names calls = {"A", "Q", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"};
  REQUIRE(calls.size() == 13);
  // The thirteenth name is added before a call sees that there are more than twelve.
  CHECK(computed_order(calls) ==
        Names{"Q", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"});
  // A call with a known name makes the map grow as well.
  calls.push_back("A");
  CHECK(computed_order(calls) ==
        Names{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "Q"});
}

TEST_CASE("a put map is as large as its entries need", "[java_hash_order]") {
  // One name: two buckets; three names: four; four names: eight.
  CHECK(put_order({"B", "A"}) == Names{"A", "B"});                      // 2 and 1 of 4
  CHECK(put_order({"D", "B", "A"}) == Names{"D", "A", "B"});            // 0, 2 and 1 of 4
  CHECK(put_order({"D", "B", "A", "H"}) == Names{"H", "A", "B", "D"});  // 4, 2, 1, 0 of 8
}

}  // namespace savvy
