#include "cli/state_stats.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cli/top_list.h"

namespace savvy {
namespace {

LargestKey largest_key(std::uint64_t bytes, std::int32_t key_group, const std::string& key) {
  LargestKey item;
  item.bytes = bytes;
  item.key_group = key_group;
  item.stored_key = key;
  return item;
}

std::vector<std::string> keys_of(const TopList<LargestKey>& list) {
  std::vector<std::string> keys;
  for (const LargestKey& key : list.sorted()) keys.push_back(key.stored_key);
  return keys;
}

StateStats stats_with(std::int32_t subtask, std::uint64_t value_bytes, KeyCount keys) {
  StateStats stats(2);
  stats.add_entry(subtask, 4, value_bytes);
  stats.keys = keys;
  stats.timers.add(static_cast<std::int64_t>(value_bytes));
  stats.ttl.emplace();
  stats.ttl->values = 1;
  stats.ttl->expired = 1;
  stats.add_undecoded({"keys", "type", "reason"}, 9);
  return stats;
}

}  // namespace

TEST_CASE("the largest do not depend on the order they come in", "[state_stats]") {
  std::vector<LargestKey> items = {largest_key(5, 1, "a"), largest_key(7, 2, "b"),
                                   largest_key(5, 0, "c"), largest_key(5, 1, "Z"),
                                   largest_key(1, 0, "d")};
  std::sort(items.begin(), items.end(),
            [](const LargestKey& a, const LargestKey& b) { return a.stored_key < b.stored_key; });
  do {
    TopList<LargestKey> list(3);
    for (const LargestKey& item : items) list.add(item);
    REQUIRE(keys_of(list) == std::vector<std::string>{"b", "c", "Z"});
  } while (std::next_permutation(
      items.begin(), items.end(),
      [](const LargestKey& a, const LargestKey& b) { return a.stored_key < b.stored_key; }));
}

TEST_CASE("a list of none takes nothing", "[state_stats]") {
  TopList<LargestKey> list(0);
  CHECK_FALSE(list.may_take(100));
  list.add(largest_key(100, 0, "a"));
  CHECK(list.sorted().empty());
}

TEST_CASE("key groups: how many, the fullest, and bars", "[state_stats]") {
  KeyGroupFigures figures;
  figures.add(7, 128, 3, 10);
  figures.add(4, 128, 3, 90);
  KeyGroupFigures other;
  other.add(127, 128, 1, 1);
  figures.merge(other);
  CHECK(figures.used() == 3);
  CHECK(figures.entries_peak().key_group == 4);
  CHECK(figures.bytes_peak().size == 90);
  CHECK(figures.bars()[1] == 6);
  CHECK(figures.bars()[31] == 1);
  CHECK(KeyGroupFigures::bar_count(128) == 32);
  CHECK(KeyGroupFigures::bar_count(5) == 5);
}

TEST_CASE("figures of a state merge", "[state_stats]") {
  StateStats stats = stats_with(0, 10, {3, true});
  stats.merge(stats_with(1, 30, {4, false}));
  stats.merge(stats_with(1, 20, {5, true}));
  CHECK(stats.entries() == 3);
  CHECK(stats.bytes() == 72);
  CHECK(stats.subtasks.at(1).entries == 2);
  CHECK(stats.subtasks.at(1).bytes == 58);
  CHECK(stats.keys->value == 12);
  CHECK_FALSE(stats.keys->exact);
  CHECK(*stats.timers.min_ms == 10);
  CHECK(*stats.timers.max_ms == 30);
  CHECK(stats.ttl->expired == 3);
  CHECK(stats.undecoded.size() == 1);
  CHECK(stats.undecoded.begin()->second.count == 3);
  CHECK(stats.undecoded.begin()->second.bytes == 27);
}

TEST_CASE("states stand by operator, kind and name", "[state_stats]") {
  StatsTable table(1);
  table.at({1, "keyed", "a"});
  table.at({0, "list", "a"});
  table.at({0, "timer", "b"});
  table.at({StatsPlace::kNoOperator, "master", "m"});
  table.at({0, "timer", "a"});
  std::vector<std::string> order;
  for (const auto& [place, stats] : table.states()) order.push_back(place.kind + place.state);
  CHECK(order == std::vector<std::string>{"masterm", "timera", "timerb", "lista", "keyeda"});
}

}  // namespace savvy
