#include "cli/keyed_stats.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "format/errors.h"
#include "tests/support/hex.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

KeyedStateSchema state_of(const std::string& name, KeyedStateKind kind) {
  KeyedStateSchema state;
  state.name = name;
  state.kind = kind;
  state.key = int_type();
  state.name_space = void_type();
  if (kind == KeyedStateKind::kMap) state.user_key = int_type();
  if (kind != KeyedStateKind::kTimer) state.value = int_type();
  return state;
}

// Feeds entries of key group 5, given as hex, to the figures of one subtask.
class Feeder {
 public:
  explicit Feeder(std::vector<KeyedStateSchema> states, const TtlOptions& ttl = {},
                  const RowFilterOptions& filter = {})
      : states_(std::move(states)),
        rules_(ttl),
        filter_(filter),
        stats_(source_, filter_, rules_, table_) {}

  Feeder& add(std::size_t state, std::string_view key, std::string_view value) {
    const ByteVector key_bytes = from_hex(key);
    const ByteVector value_bytes = from_hex(value);
    stats_.add({state, 5, key_bytes, value_bytes, false});
    return *this;
  }
  Feeder& add_undivided(std::size_t state, std::string_view value) {
    const ByteVector value_bytes = from_hex(value);
    stats_.add({state, 5, {}, value_bytes, true});
    return *this;
  }
  const StateStats& of(const std::string& kind, const std::string& state) {
    stats_.finish();
    REQUIRE(table_.states().contains({0, kind, state}));
    return table_.states().at({0, kind, state});
  }
  const StatsTable& table() {
    stats_.finish();
    return table_;
  }

 private:
  std::vector<KeyedStateSchema> states_;
  TtlRules rules_;
  RowFilter filter_;
  StatsTable table_{2};
  KeyedStatsSource source_{0, 3, 128, states_, "file"};
  KeyedStats stats_;
};

const std::string kKey1 = "05 00000001 00";
const std::string kKey2 = "05 00000002 00";

}  // namespace

TEST_CASE("values: entries, keys, bytes, key group", "[keyed_stats]") {
  Feeder feeder({state_of("v", KeyedStateKind::kValue)});
  const StateStats& stats =
      feeder.add(0, kKey1, "00000007").add(0, kKey2, "00000008 ff").of("keyed", "v");
  CHECK(stats.entries() == 2);
  CHECK(stats.bytes() == 21);
  CHECK(stats.keys->value == 2);
  CHECK(stats.state_kind == "value");
  CHECK(stats.key_groups.used() == 1);
  CHECK(stats.key_groups.bytes_peak().key_group == 5);
  CHECK(stats.subtasks.at(3).key_groups == 1);
  const std::vector<LargestValue> values = stats.largest_values.sorted();
  REQUIRE(values.size() == 2);
  CHECK(values[0].key_json == "2");
  CHECK(values[0].bytes == 5);
  CHECK(values[0].namespace_json.empty());
  CHECK(stats.largest_keys.sorted()[0].key_json == "2");
}

TEST_CASE("maps: entries are the map's, keys are the state's", "[keyed_stats]") {
  KeyedStateSchema map = state_of("m", KeyedStateKind::kMap);
  map.name_space = int_type();
  Feeder feeder({map});
  feeder.add(0, "05 00000001 00000009 00000003", "00 00000007")
      .add(0, "05 00000001 00000009 00000004", "01")
      .add(0, "05 00000001 0000000a 00000004", "00 00000007");
  const StateStats& stats = feeder.of("keyed", "m");
  CHECK(stats.entries() == 3);
  CHECK(stats.keys->value == 1);
  CHECK(stats.largest_keys.sorted()[0].entries == 3);
  const LargestValue largest = stats.largest_values.sorted()[0];
  CHECK(largest.map_key_json == "3");
  CHECK(largest.namespace_json == "9");
}

TEST_CASE("lists: elements are counted by walking", "[keyed_stats]") {
  Feeder feeder({state_of("l", KeyedStateKind::kList)});
  const StateStats& stats = feeder.add(0, kKey1, "00000001")
                                .add(0, kKey2, "00000001 2c 00000002 2c 00000003")
                                .of("keyed", "l");
  REQUIRE(stats.elements);
  CHECK(stats.elements->count() == 2);
  CHECK(stats.elements->total() == 4);
  CHECK(stats.elements->max() == 3);
}

TEST_CASE("last access times of values, map entries and list elements", "[keyed_stats]") {
  std::vector<KeyedStateSchema> states = {state_of("v", KeyedStateKind::kValue),
                                          state_of("m", KeyedStateKind::kMap),
                                          state_of("l", KeyedStateKind::kList)};
  for (KeyedStateSchema& state : states) state.ttl = true;
  Feeder feeder(states, {{"v=10ms", "l=10ms"}, "100"});
  feeder
      .add(0, kKey1, "000000000000005a 00000001")  // 90: just past it
      .add(0, kKey2, "000000000000005b 00000001")
      .add(1, "05 00000001 00 00000003", "00 0000000000000001 00000007")
      .add(1, "05 00000001 00 00000004", "01")  // a null has no time
      .add(2, kKey1, "0000000000000000 00000001 2c 00000000000000ff 00000002");
  CHECK(feeder.of("keyed", "v").ttl->values == 2);
  CHECK(feeder.of("keyed", "v").ttl->expired == 1);
  CHECK(feeder.of("keyed", "m").ttl->values == 1);
  CHECK(feeder.of("keyed", "m").ttl->ttl_ms == std::nullopt);
  CHECK(feeder.of("keyed", "l").ttl->values == 2);
  CHECK(feeder.of("keyed", "l").ttl->expired == 1);
  CHECK(*feeder.of("keyed", "l").ttl->last_access.max_ms == 255);
}

TEST_CASE("timers: the range of their times, and no values", "[keyed_stats]") {
  Feeder feeder({state_of("t", KeyedStateKind::kTimer)});
  const StateStats& stats = feeder.add(0, "05 8000000000000064 00000001 00", "")
                                .add(0, "05 7fffffffffffffff 00000001 00", "")
                                .of("timer", "t");
  CHECK(stats.entries() == 2);
  CHECK(stats.keys->value == 1);
  CHECK(*stats.timers.min_ms == -1);
  CHECK(*stats.timers.max_ms == 100);
  CHECK(stats.largest_values.sorted().empty());
}

TEST_CASE("what cannot be told apart is counted and named", "[keyed_stats]") {
  KeyedStateSchema map = state_of("m", KeyedStateKind::kMap);
  map.key = unknown_type();
  KeyedStateSchema list = state_of("l", KeyedStateKind::kList);
  list.value = unknown_type();
  Feeder feeder({map, list});
  feeder.add(0, "05 01020304", "00 00000001")
      .add(0, "05 0102", "00 00000001")
      .add(1, kKey1, "0102")
      .add_undivided(1, "010203");
  const StateStats& maps = feeder.of("keyed", "m");
  CHECK(maps.entries() == 2);
  CHECK_FALSE(maps.keys);
  REQUIRE(maps.undecoded.size() == 1);
  CHECK(maps.undecoded.begin()->first.part == "keys");
  CHECK(maps.undecoded.begin()->second.count == 2);
  CHECK(maps.largest_values.sorted()[0].key_json.find("\"$base64\"") != std::string::npos);
  const StateStats& lists = feeder.of("keyed", "l");
  CHECK(lists.entries() == 1);
  CHECK(lists.elements->count() == 0);
  REQUIRE(lists.undecoded.size() == 2);
  CHECK(lists.undecoded.begin()->first.part == "elements");
  CHECK(lists.undecoded.rbegin()->first.part == "entries");
  CHECK(lists.undecoded.rbegin()->second.bytes == 3);
}

TEST_CASE("states that a filter leaves out have no figures", "[keyed_stats]") {
  RowFilterOptions filter;
  filter.states = {"a"};
  Feeder feeder({state_of("a", KeyedStateKind::kValue), state_of("b", KeyedStateKind::kValue)}, {},
                filter);
  feeder.add(0, kKey1, "00000001").add(1, kKey1, "00000001");
  CHECK(feeder.table().states().size() == 1);
}

TEST_CASE("damage in an entry is an error that names the state", "[keyed_stats]") {
  Feeder feeder({state_of("v", KeyedStateKind::kValue), state_of("l", KeyedStateKind::kList)});
  CHECK_THROWS_AS(feeder.add(0, "05 0000", "00000001"), FormatError);
  CHECK_THROWS_AS(feeder.add(1, kKey1, "00000001 2c"), FormatError);
}

}  // namespace savvy
