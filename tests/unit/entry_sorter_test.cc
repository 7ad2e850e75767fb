#include "readers/entry_sorter.h"

#include <catch2/catch.hpp>

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

TEST_CASE("a sorter without entries, and one that met undivided bytes", "[entry_sorter]") {
  CHECK(sorted({}, 0).empty());
  EntrySorter sorter({0}, {0, ""}, EntryOrder::kByKeyAndValue);
  sorter.add({0, 5, {}, {}});
  CHECK_FALSE(sorter.has_undivided());
  sorter.add({0, 6, {}, from_hex("01"), true});
  CHECK(sorter.has_undivided());
  CHECK(all_entries(sorter) == std::vector<std::string>{"0|5||", "0|6||01 undivided"});
}

}  // namespace savvy
