#include "readers/entry_sorter.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "tests/support/entries.h"

namespace savvy {
namespace {

using namespace testing;

struct Owned {
  std::size_t state;
  std::int32_t key_group;
  std::string key;
  std::string value;
};

// As they come out: state, key group, key and value.
std::vector<std::string> sorted(const std::vector<Owned>& entries, std::size_t budget_bytes) {
  // State 0 comes behind state 1; states 1 and 2 are one.
  EntrySorter sorter({1, 0, 0}, {budget_bytes, ""}, EntryOrder::kByKeyAndValue);
  for (const Owned& entry : entries) {
    sorter.add({entry.state, entry.key_group, from_hex(entry.key), from_hex(entry.value)});
  }
  return all_entries(sorter);
}

}  // namespace

TEST_CASE("entries by rank of their state, then key, then value", "[entry_sorter]") {
  const std::vector<Owned> entries = {{0, 3, "02", "aa"}, {2, 9, "01ff", "01"}, {1, 1, "ff", ""},
                                      {1, 2, "01", "02"}, {2, 4, "01", "01"},   {0, 7, "", ""}};
  const std::vector<std::string> expected = {"2|4|01|01", "1|2|01|02", "2|9|01ff|01",
                                             "1|1|ff|",   "0|7||",     "0|3|02|aa"};
  CHECK(sorted(entries, 1 << 20) == expected);
  // Every entry a run of its own, and two or three a run.
  for (const std::size_t budget : {0U, 1U, 100U, 200U}) CHECK(sorted(entries, budget) == expected);
}

TEST_CASE("runs of many entries, some beyond the budget", "[entry_sorter]") {
  std::mt19937 random(7);
  std::vector<Owned> entries;
  for (int i = 0; i < 3000; ++i) {
    const std::size_t value_bytes = i % 500 == 77 ? 20'000 : random() % 40;
    entries.push_back({0, i, fmt::format("{:08x}", random()), std::string(2 * value_bytes, 'a')});
  }
  std::vector<Owned> expected = entries;
  std::sort(expected.begin(), expected.end(),
            [](const Owned& a, const Owned& b) { return a.key < b.key; });
  std::vector<std::string> lines;
  for (const Owned& entry : expected) {
    lines.push_back(fmt::format("0|{}|{}|{}", entry.key_group, entry.key, entry.value));
  }
  // A sorter takes over the memory of one before it, whatever that had held.
  for (const std::size_t budget : {8'000U, 1U << 20, 8'000U, 64'000U, 1U << 20}) {
    CAPTURE(budget);
    CHECK(sorted(entries, budget) == lines);
  }
}

TEST_CASE("sorters of several threads at once", "[entry_sorter]") {
  std::vector<Owned> entries;
  for (int i = 0; i < 2000; ++i) {
    entries.push_back({0, i, fmt::format("{:08x}", (i * 7919) % 2000), "00"});
  }
  std::vector<std::vector<std::string>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& lines : found) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) lines = sorted(entries, 10'000);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<std::string> alone = sorted(entries, 1 << 20);
  CHECK(std::is_sorted(alone.begin(), alone.end(), [](const auto& a, const auto& b) {
    return a.substr(a.find('|', 2)) < b.substr(b.find('|', 2));
  }));
  for (const std::vector<std::string>& lines : found) CHECK(lines == alone);
}

TEST_CASE("a sorter without entries, and one that met undivided bytes", "[entry_sorter]") {
  CHECK(sorted({}, 0).empty());
  EntrySorter sorter({0}, {0, ""}, EntryOrder::kByKeyAndValue);
  sorter.add({0, 5, {}, {}});
  CHECK_FALSE(sorter.undivided_state());
  sorter.add({0, 6, {}, from_hex("01"), true});
  CHECK(sorter.undivided_state());
  CHECK(all_entries(sorter) == std::vector<std::string>{"0|5||", "0|6||01 undivided"});
}

}  // namespace savvy
