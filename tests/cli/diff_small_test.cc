// Every kind of change, between two small snapshots made by hand.

#include <catch2/catch.hpp>

#include "cli/snapshot_diff.h"
#include "format/byte_units.h"
#include "format/errors.h"
#include "readers/local_storage.h"
#include "tests/support/small_snapshot.h"

namespace savvy {
namespace {

using namespace testing;

class KeptRows final : public DiffSink {
 public:
  explicit KeptRows(std::size_t limit = 1'000'000) : limit_(limit) {}
  bool add(const DiffRow& row) override {
    rows.push_back(text_of(row));
    return rows.size() < limit_;
  }
  std::vector<std::string> rows;

 private:
  std::size_t limit_;
};

struct Compared {
  DiffResult result;
  std::vector<std::string> rows;
};

DiffOptions default_options() {
  DiffOptions options;
  options.block_cache_bytes = kMiB;
  return options;
}

Compared compare(const std::vector<OperatorState>& before, const std::vector<OperatorState>& after,
                 const DiffOptions& options = default_options()) {
  const TempFolder folder;
  const LocalStorage storage;
  const savvy::Snapshot a(write_snapshot(folder, "a", before), {}, storage);
  const savvy::Snapshot b(write_snapshot(folder, "b", after), {}, storage);
  KeptRows kept;
  DiffResult result = diff_snapshots(a, b, options, kept);
  return {std::move(result), kept.rows};
}

using Rows = std::vector<std::string>;

// Many entries of all four states.
std::vector<SmallEntry> many_entries() {
  std::vector<SmallEntry> entries;
  for (int i = 0; i < 300; ++i) {
    const std::string key = "key-" + std::to_string(i);
    entries.push_back(value_entry(key, i));
    entries.push_back(list_entry(key, {"a", "b" + std::to_string(i)}));
    entries.push_back(map_entry(key, "x", i));
    entries.push_back(map_entry(key, "y", -i));
    entries.push_back(timer_entry(key, 1000 + i));
  }
  return entries;
}

}  // namespace

TEST_CASE("diff: values, list elements, map entries and timers", "[diff]") {
  const OperatorState before =
      keyed_operator({value_entry("k", 1), list_entry("k", {"a", "b"}), map_entry("k", "x", 1),
                      map_entry("k", "y", 2), timer_entry("k", 1000)});
  CHECK(compare({before}, {before}).rows.empty());
  const auto rows = [&](const std::vector<SmallEntry>& after) {
    return compare({before}, {keyed_operator(after)}).rows;
  };
  CHECK(rows({value_entry("k", 7), list_entry("k", {"a", "c", "d"}), map_entry("k", "x", 5),
              map_entry("k", "z", 2), timer_entry("k", 2000)}) ==
        Rows{"delete timer keyed _timer_state/event_t key_group=21 state_key=\"k\" "
             "timer_timestamp=1000",
             "insert timer keyed _timer_state/event_t key_group=21 state_key=\"k\" "
             "timer_timestamp=2000",
             "update keyed keyed count key_group=21 state_key=\"k\": 1 -> 7",
             "update keyed keyed names key_group=21 state_key=\"k\" list_index=1: \"b\" -> \"c\"",
             "insert keyed keyed names key_group=21 state_key=\"k\" list_index=2: \"d\"",
             "update keyed keyed prices key_group=21 state_key=\"k\" map_key=\"x\": 1 -> 5",
             "delete keyed keyed prices key_group=21 state_key=\"k\" map_key=\"y\": 2",
             "insert keyed keyed prices key_group=21 state_key=\"k\" map_key=\"z\": 2"});
  CHECK(rows({list_entry("k", {"a"}), map_entry("k", "x", 1), map_entry("k", "y", 2),
              timer_entry("k", 1000)}) ==
        Rows{"delete keyed keyed count key_group=21 state_key=\"k\": 1",
             "delete keyed keyed names key_group=21 state_key=\"k\" list_index=1: \"b\""});
}

TEST_CASE("diff: a null in a map is a null with and without bytes behind it", "[diff]") {
  SmallEntry null = map_entry("k", "x", 0);
  null.value = {1};
  SmallEntry null_with_bytes = null;
  null_with_bytes.value = {1, 0, 0, 0, 0};
  CHECK(compare({keyed_operator({null})}, {keyed_operator({null_with_bytes})}).rows.empty());
  CHECK(compare({keyed_operator({null})}, {keyed_operator({map_entry("k", "x", 0)})}).rows ==
        Rows{"update keyed keyed prices key_group=21 state_key=\"k\" map_key=\"x\": null -> 0"});
}

TEST_CASE("diff: parallelism, max parallelism and order are no differences", "[diff]") {
  const std::vector<SmallEntry> entries = many_entries();
  const std::vector<SmallEntry> backwards(entries.rbegin(), entries.rend());
  const std::vector<OperatorState> before = {keyed_operator(entries, 1, 128)};
  const std::vector<std::pair<std::int32_t, std::int32_t>> layouts = {
      {1, 128}, {3, 128}, {2, 16}, {4, 4096}, {1, 129}};
  for (const auto& [parallelism, max_parallelism] : layouts) {
    CAPTURE(parallelism, max_parallelism);
    const auto compared =
        compare(before, {keyed_operator(backwards, parallelism, max_parallelism)});
    CHECK(compared.rows.empty());
    CHECK(compared.result.equal());
    CHECK(compared.result.counts.size() == 4);
    const DiffPlace prices{to_hex(operator_id_of_uid("keyed")), "keyed", "prices"};
    CHECK(compared.result.counts.at(prices).entries_before == 600);
    CHECK(compared.result.counts.at(prices).entries_after == 600);
  }
}

TEST_CASE("diff: changes under another max parallelism, without key groups", "[diff]") {
  std::vector<SmallEntry> changed = many_entries();
  changed[0].value = int_bytes(-1);
  changed.erase(changed.begin() + 9);  // the timer of key-1
  changed.push_back(value_entry("new", 5));
  const Rows expected = {
      "delete timer keyed _timer_state/event_t state_key=\"key-1\" "
      "timer_timestamp=1001",
      "insert keyed keyed count state_key=\"new\": 5",
      "update keyed keyed count state_key=\"key-0\": 0 -> -1"};
  CHECK(
      compare({keyed_operator(many_entries(), 2, 128)}, {keyed_operator(changed, 3, 4096)}).rows ==
      expected);
}

TEST_CASE("diff: neither memory nor threads show", "[diff]") {
  std::vector<SmallEntry> changed = many_entries();
  for (std::size_t i = 0; i < changed.size(); i += 35) changed[i].value = int_bytes(12345);
  for (const std::int32_t max_parallelism : {128, 4096}) {
    CAPTURE(max_parallelism);
    const std::vector<OperatorState> before = {keyed_operator(many_entries(), 2, 128)};
    const std::vector<OperatorState> after = {keyed_operator(changed, 3, max_parallelism)};
    const Rows expected = compare(before, after).rows;
    CHECK(expected.size() == 43);
    DiffOptions tiny = default_options();
    tiny.memory_bytes = 400;
    CHECK(compare(before, after, tiny).rows == expected);
    tiny.jobs = 8;
    CHECK(compare(before, after, tiny).rows == expected);
  }
}

TEST_CASE("diff: elements of operator state, in any order and subtask", "[diff]") {
  const std::vector<OperatorState> before = {
      stateful_operator({{{"a", "b", "b"}, {"u"}, {{"k", "v"}, {"l", "w"}}},
                         {{"c"}, {"v"}, {{"k", "v"}, {"l", "w"}}}})};
  CHECK(compare(before,
                {stateful_operator({{{"b", "c", "a", "b"}, {"v", "u"}, {{"l", "w"}, {"k", "v"}}}})})
            .rows.empty());
  const Compared changed = compare(
      before,
      {stateful_operator({{{"a", "b", "c", "d"}, {"u", "v", "v"}, {{"k", "x"}, {"m", "w"}}}})});
  CHECK(changed.rows == Rows{"delete list stateful offsets: \"b\"",
                             "insert list stateful offsets: \"d\"",
                             "insert union stateful all: \"v\"",
                             "update broadcast stateful rules map_key=\"k\": \"v\" -> \"x\"",
                             "delete broadcast stateful rules map_key=\"l\": \"w\"",
                             "insert broadcast stateful rules map_key=\"m\": \"w\""});
  CHECK(changed.result.notes.empty());
}

TEST_CASE("diff: copies of broadcast state that differ on one side are told of", "[diff]") {
  const std::vector<OperatorState> torn = {
      stateful_operator({{{}, {}, {{"k", "v"}}}, {{}, {}, {{"k", "other"}}}})};
  const Compared compared = compare(torn, {stateful_operator({{{}, {}, {{"k", "v"}}}})});
  CHECK(compared.rows.empty());
  REQUIRE(compared.result.notes.size() == 1);
  CHECK(compared.result.notes[0].find("the copies of 1 subtasks, the first of them 1, differ") !=
        std::string::npos);
}

TEST_CASE("diff: an operator of one side comes with its entries", "[diff]") {
  const OperatorState op = keyed_operator({value_entry("k", 1)});
  CHECK(compare({}, {op}).rows == Rows{"insert operator keyed: \"keyed\"",
                                       "insert keyed keyed count key_group=21 state_key=\"k\": 1"});
  CHECK(compare({op}, {}).rows == Rows{"delete operator keyed: \"keyed\"",
                                       "delete keyed keyed count key_group=21 state_key=\"k\": 1"});
  // No state at all, and yet the id of an operator.
  CHECK(compare({small_operator("idle", 2, 128)}, {}).rows ==
        Rows{"delete operator idle: \"idle\""});
}

TEST_CASE("diff: raw, channel and coordinator state as bytes", "[diff]") {
  OperatorState before = small_operator("raw", 1, 128);
  before.coordinator_state = ByteStreamHandle{"coordinator", {1, 2}};
  OperatorHandle raw;
  raw.states = {{"raw", DistributionMode::kSplit, {0, 2, 4}}};
  raw.delegate = ByteStreamHandle{"raw", {1, 1, 2, 2, 3, 3}};
  before.subtasks[0].raw_operator_state = raw;
  const auto channel = [](std::int32_t number, const ByteVector& buffer) {
    PlainChannelHandle handle;
    handle.channel = {0, number, {0}, 0};
    ByteWriter out;
    out.blob(buffer);
    handle.delegate = ByteStreamHandle{"channel", out.take()};
    return handle;
  };
  before.subtasks[0].input_channel_state = {channel(0, {7}), channel(1, {8})};
  OperatorState same = before;
  same.subtasks[0].input_channel_state = {channel(3, {8}), channel(4, {}), channel(5, {7})};
  same.subtasks[0].raw_operator_state->states[0].offsets = {4, 0, 2};
  CHECK(compare({before}, {same}).rows.empty());
  OperatorState changed = before;
  changed.coordinator_state->data = {1, 3};
  changed.subtasks[0].raw_operator_state->delegate = ByteStreamHandle{"raw", {1, 1, 2, 2, 3, 4}};
  changed.subtasks[0].input_channel_state = {channel(0, {7}), channel(1, {9})};
  const Rows rows = compare({before}, {changed}).rows;
  REQUIRE(rows.size() == 5);
  CHECK(rows[0] == "delete channel raw input: {\"$base64\":\"CA==\"}");
  CHECK(rows[1] == "insert channel raw input: {\"$base64\":\"CQ==\"}");
  CHECK(rows[2].starts_with("update coordinator raw: "));
  CHECK(rows[3] == "delete raw_operator raw: {\"$base64\":\"AwM=\"}");
  CHECK(rows[4] == "insert raw_operator raw: {\"$base64\":\"AwQ=\"}");
}

TEST_CASE("diff: raw keyed state by key group", "[diff]") {
  const auto raw_keyed = [](std::int32_t max_parallelism, std::uint8_t byte) {
    OperatorState op = small_operator("raw", 1, max_parallelism);
    KeyGroupsHandle handle;
    handle.code = KeyedCode::kKeyGroups;
    handle.range = {0, max_parallelism};
    handle.offsets.assign(static_cast<std::size_t>(max_parallelism), -1);
    handle.offsets[3] = 1;
    handle.delegate = ByteStreamHandle{"raw", {0, byte}};
    op.subtasks[0].raw_keyed_state = Boxed<KeyGroupsHandle>(std::move(handle));
    return std::vector<OperatorState>{op};
  };
  CHECK(compare(raw_keyed(128, 5), raw_keyed(128, 5)).rows.empty());
  CHECK(compare(raw_keyed(128, 5), raw_keyed(128, 6)).rows ==
        Rows{"update raw_keyed raw key_group=3: {\"$base64\":\"BQ==\"} -> {\"$base64\":\"Bg==\"}"});
  CHECK_THROWS_AS(compare(raw_keyed(128, 5), raw_keyed(64, 5)), UnsupportedError);
}

TEST_CASE("diff: a sink that wants no more ends the comparison", "[diff]") {
  const TempFolder folder;
  const LocalStorage storage;
  const savvy::Snapshot a(write_snapshot(folder, "a", {}), {}, storage);
  const savvy::Snapshot b(write_snapshot(folder, "b", {keyed_operator(many_entries())}), {},
                          storage);
  KeptRows two(2);
  const DiffResult result = diff_snapshots(a, b, default_options(), two);
  CHECK(two.rows.size() == 2);
  CHECK_FALSE(result.complete);
  CHECK_FALSE(result.equal());
}

}  // namespace savvy
