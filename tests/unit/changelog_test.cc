// Single changes: what each operation does to each kind of state.

#include "format/changelog.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/changelog_bytes.h"
#include "tests/support/message_of.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;
using Steps = std::vector<std::string>;

KeyedStateSchema schema(KeyedStateKind kind, TypePtr value, TypePtr key = text_type(),
                        TypePtr name_space = void_type()) {
  KeyedStateSchema state;
  state.name = "s";
  state.kind = kind;
  state.key = std::move(key);
  state.name_space = std::move(name_space);
  state.value = std::move(value);
  if (kind == KeyedStateKind::kMap) state.user_key = text_type();
  state.key_lengths = state.key->fixed_length() < 0 && state.name_space->fixed_length() < 0;
  return state;
}

std::string text_of(const ChangeStep& step) {
  constexpr std::array<std::string_view, 6> kWords = {"put",       "append", "remove",
                                                      "clear map", "merge",  "keep"};
  std::string text(kWords[static_cast<std::size_t>(step.kind)]);
  text += " " + to_hex_text(step.composite_key) + " " + to_hex_text(step.value);
  if (step.issue == EntryIssue::kUncutList) text += " uncut";
  return text;
}

// In key group 5; the change lies at offset 0x10.
Steps cut(const KeyedStateSchema& state, const std::string& hex, int prefix_bytes = 1) {
  const ByteVector bytes = from_hex(hex);
  Steps steps;
  for (const ChangeStep& step : cut_change(state, {bytes, "f", 0x10}, 5, prefix_bytes)) {
    steps.push_back(text_of(step));
  }
  return steps;
}

std::string error(const KeyedStateSchema& state, const std::string& hex) {
  return first_line_of([&] { cut(state, hex); });
}

const KeyedStateSchema kValue = schema(KeyedStateKind::kValue, int_type());
const KeyedStateSchema kList = schema(KeyedStateKind::kList, text_type());
const KeyedStateSchema kMap = schema(KeyedStateKind::kMap, int_type());
const KeyedStateSchema kTimer = schema(KeyedStateKind::kTimer, nullptr);
const KeyedStateSchema kReducing =
    schema(KeyedStateKind::kReducing, int_type(), text_type(), int_type());
const std::string kKeyA = "0000 0141 00";  // state 0, key A, no namespace

}  // namespace

TEST_CASE("changes of a value", "[changelog]") {
  CHECK(cut(kValue, "01" + kKeyA + "0000000a") == Steps{"put 05014100 0000000a"});
  CHECK(cut(kValue, "01" + kKeyA + "0000000a", 2) == Steps{"put 0005014100 0000000a"});
  CHECK(cut(kValue, "00" + kKeyA) == Steps{"remove 05014100 "});
  CHECK(cut(kReducing, "02 0000 0141 00000007 0000000a") == Steps{"put 05014100000007 0000000a"});
}

TEST_CASE("changes of a list", "[changelog]") {
  CHECK(cut(kList, "01" + kKeyA + "00000002 0178 0179") == Steps{"put 05014100 01782c0179"});
  CHECK(cut(kList, "02" + kKeyA + "00000001 0178") == Steps{"put 05014100 0178"});
  CHECK(cut(kList, "03" + kKeyA + "00000002 0178 0179") == Steps{"append 05014100 01782c0179"});
  CHECK(cut(kList, "05" + kKeyA + "0178") == Steps{"append 05014100 0178"});
  CHECK(cut(kList, "00" + kKeyA) == Steps{"remove 05014100 "});
  // An empty list has no entry, and adding nothing changes nothing.
  CHECK(cut(kList, "01" + kKeyA + "00000000") == Steps{"remove 05014100 "});
  CHECK(cut(kList, "03" + kKeyA + "00000000").empty());
}

TEST_CASE("elements and map values of a state with a TTL have their time", "[changelog]") {
  KeyedStateSchema list = kList;
  list.ttl = true;
  CHECK(cut(list, "01" + kKeyA + "00000002 0000000000000001 0178 0000000000000002 0179") ==
        Steps{"put 05014100 000000000000000101782c00000000000000020179"});
  KeyedStateSchema map = kMap;
  map.ttl = true;
  CHECK(cut(map, "06" + kKeyA + "0178 0000000000000003 00000009") ==
        Steps{"put 050141000178 00000000000000000300000009"});
}

TEST_CASE("changes of a map", "[changelog]") {
  CHECK(cut(kMap, "05" + kKeyA + "0178 00000009") == Steps{"put 050141000178 0000000009"});
  CHECK(cut(kMap, "06" + kKeyA + "0178 00000009") == Steps{"put 050141000178 0000000009"});
  CHECK(cut(kMap, "07" + kKeyA + "0178") == Steps{"remove 050141000178 "});
  CHECK(cut(kMap, "00" + kKeyA) == Steps{"clear map 05014100 "});
  CHECK(cut(kMap, "03" + kKeyA + "00000002 0178 00 00000009 0179 01") ==
        Steps{"put 050141000178 0000000009", "put 050141000179 01"});
}

TEST_CASE("timers are added with a count and removed without", "[changelog]") {
  const std::string timer = "80000000000003e8 0141 00";
  CHECK(cut(kTimer, "05 0000 00000002" + timer + "80000000000003e9 0142 00") ==
        Steps{"put 0580000000000003e8014100 ", "put 0580000000000003e9014200 "});
  CHECK(cut(kTimer, "07 0000" + timer) == Steps{"remove 0580000000000003e8014100 "});
}

TEST_CASE("namespaces to be merged", "[changelog]") {
  const std::vector<ChangeStep> steps = cut_change(
      kReducing, {from_hex("04 0000 0141 00000000 00000007 00000002 00000001 00000002"), "f", 0}, 5,
      1);
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].kind == StepKind::kMerge);
  CHECK(to_hex_text(steps[0].composite_key) == "050141");
  const NamespaceMerge merge = decode_namespace_merge(steps[0].value);
  CHECK(to_hex_text(merge.target) == "05014100000007");
  REQUIRE(merge.sources.size() == 2);
  CHECK(to_hex_text(merge.sources[1]) == "05014100000002");
}

TEST_CASE("key and namespace of variable length are followed by their lengths", "[changelog]") {
  const KeyedStateSchema state =
      schema(KeyedStateKind::kValue, int_type(), text_type(), text_type());
  CHECK(cut(state, "01 0000 0141 0142 0000000a") == Steps{"put 05014102014202 0000000a"});
}

TEST_CASE("what ends where the change ends need not be walked", "[changelog]") {
  CHECK(cut(schema(KeyedStateKind::kValue, unknown_type()), "01" + kKeyA + "beef") ==
        Steps{"put 05014100 beef"});
  const KeyedStateSchema list = schema(KeyedStateKind::kList, unknown_type());
  CHECK(cut(list, "05" + kKeyA + "beef") == Steps{"append 05014100 beef"});
  CHECK(cut(list, "01" + kKeyA + "00000001 beef") == Steps{"put 05014100 beef"});
  CHECK(cut(list, "01" + kKeyA + "00000002 beef") == Steps{"put 05014100 beef uncut"});
  const KeyedStateSchema map = schema(KeyedStateKind::kMap, unknown_type());
  CHECK(cut(map, "05" + kKeyA + "0178 beef") == Steps{"put 050141000178 00beef"});
  CHECK(cut(map, "03" + kKeyA + "00000001 0178 00 beef") == Steps{"put 050141000178 00beef"});
  const KeyedStateSchema timer = schema(KeyedStateKind::kTimer, nullptr, unknown_type());
  CHECK(cut(timer, "05 0000 00000001 80000000000003e8 beef") ==
        Steps{"put 0580000000000003e8beef "});
}

TEST_CASE("a change that cannot be taken apart is kept whole", "[changelog]") {
  const KeyedStateSchema keyless = schema(KeyedStateKind::kValue, int_type(), unknown_type());
  CHECK(cut(keyless, "01 0000 beef 00 0000000a") == Steps{"keep  010000beef000000000a"});
  // Its map is known, its entry is not.
  KeyedStateSchema map = kMap;
  map.user_key = unknown_type();
  CHECK(cut(map, "05" + kKeyA + "0178 00000009") == Steps{"keep 05014100 0500000141000178"
                                                          "00000009"});
  CHECK(cut(map, "07" + kKeyA + "0178") == Steps{"remove 050141000178 "});
  const KeyedStateSchema values = schema(KeyedStateKind::kMap, unknown_type());
  CHECK(cut(values, "03" + kKeyA + "00000002 0178 00 beef") ==
        Steps{"keep 05014100 03000001410000000002017800beef"});
}

TEST_CASE("operations that a kind of state does not have", "[changelog]") {
  CHECK(error(kValue, "05" + kKeyA + "0178") ==
        "f: offset 0x10: operation 5 is none of a value state");
  CHECK(error(kMap, "01" + kKeyA + "00000000") ==
        "f: offset 0x10: operation 1 is none of a map state");
  CHECK(error(kList, "07" + kKeyA) == "f: offset 0x10: operation 7 is none of a list state");
  CHECK(error(kValue, "04" + kKeyA + "00 00000000") ==
        "f: offset 0x10: operation 4 is none of a value state");
  CHECK(error(kTimer, "00 0000") == "f: offset 0x10: operation 0 is none of a timer state");
  CHECK(error(kValue, "09" + kKeyA) ==
        "f: offset 0x10: operation of a change = 9, expected 0 to 8");
}

TEST_CASE("every shorter prefix of a change is refused, and bytes behind it", "[changelog]") {
  const std::vector<std::pair<KeyedStateSchema, std::string>> changes = {
      {kList, "01" + kKeyA + "00000002 0178 0179"},
      {kList, "05" + kKeyA + "0178"},
      {kMap, "03" + kKeyA + "00000002 0178 00 00000009 0179 01"},
      {kMap, "06" + kKeyA + "0178 00000009"},
      {kMap, "07" + kKeyA + "0178"},
      {kTimer, "05 0000 00000001 80000000000003e8 0141 00"},
      {kReducing, "04 0000 0141 00000000 00000007 00000001 00000001"}};
  for (const auto& [state, hex] : changes) {
    const ByteVector bytes = from_hex(hex);
    CAPTURE(hex);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK(error(state, to_hex_text(Bytes(bytes).first(size))).starts_with("f: offset 0x"));
    }
    CHECK(error(state, hex + "00").starts_with("f: offset 0x"));
  }
}

TEST_CASE("descriptions announce states", "[changelog]") {
  const SerializerRegistry registry = test_registry();
  const auto decode = [&](const std::string& hex) {
    const ByteVector bytes = from_hex(hex);
    ByteReader in(bytes, "f");
    return decode_state_announcement(in, registry);
  };
  const StateAnnouncement value = decode(announce_value_hex(3, "count", "VALUE", "Int"));
  CHECK(value.state.name == "count");
  CHECK(value.state_id == 3);
  CHECK(decode(announce_timers_hex(-1, "t", "Timer Text Void")).state_id == -1);
  // A TTL configuration and a default value are passed over: the id ends the change.
  const std::string head = "08 00000006" + value_state_hex("count", "VALUE", "Int");
  CHECK(decode(head + "01 aced0005 70 01 00000007 0004 00").state_id == 4);
  const auto refusal = [&](const std::string& hex) { return first_line_of([&] { decode(hex); }); };
  CHECK(refusal(head + "00 00 00 0004 00").find("6 bytes behind a description") !=
        std::string::npos);
  CHECK(refusal(head + "00 00 0004 03").find("state type code = 3, expected 0") !=
        std::string::npos);
  CHECK(refusal(head + "00 00 00").find("ends too early") != std::string::npos);
  CHECK(refusal("08 00000005" + value_state_hex("count", "VALUE", "Int"))
            .find("format of the description = 5, expected 6 or 7") != std::string::npos);
}

}  // namespace savvy
