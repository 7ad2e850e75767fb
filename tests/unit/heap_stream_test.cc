#include "format/heap_stream.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/entries.h"
#include "tests/support/message_of.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;
using Entries = std::vector<std::string>;

KeyedStateSchema state_of(KeyedStateKind kind, TypePtr key, TypePtr name_space, TypePtr value) {
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

KeyedStateSchema void_state(KeyedStateKind kind, TypePtr value) {
  return state_of(kind, int_type(), void_type(), std::move(value));
}

KeyedStateSchema timer_state() {
  KeyedStateSchema state = state_of(KeyedStateKind::kTimer, text_type(), text_type(), nullptr);
  state.key_lengths = false;
  return state;
}

struct Result {
  Entries entries;
  std::vector<std::uint64_t> empty_collections;
};

Result read_group(const std::vector<KeyedStateSchema>& states, std::string_view hex,
                  SectionEnd end = SectionEnd::kExact, std::int32_t key_group = 5,
                  int prefix_bytes = 1) {
  const ByteVector bytes = from_hex(hex);
  ByteReader in(bytes, "f", 0x100);
  HeapKeyGroup group(in, end, key_group, prefix_bytes, states);
  Entries entries = all_entries(group);
  return {std::move(entries), group.empty_collections()};
}

Entries read(const std::vector<KeyedStateSchema>& states, std::string_view hex) {
  return read_group(states, hex).entries;
}

std::string error_of(const std::vector<KeyedStateSchema>& states, std::string_view hex) {
  return message_of([&] { read(states, hex); });
}

const std::vector<KeyedStateSchema> kIntValue = {void_state(KeyedStateKind::kValue, int_type())};

}  // namespace

TEST_CASE("key and namespace change places", "[heap]") {
  CHECK(read(kIntValue,
             "0000 00000002"
             " 00 00000003 0000000a"
             " 00 00000004 0000000b") ==
        Entries{"0|5|050000000300|0000000a", "0|5|050000000400|0000000b"});
}

TEST_CASE("a key group of two bytes stands before the key", "[heap]") {
  CHECK(read_group(kIntValue, "0000 00000001 00 00000003 0000000a", SectionEnd::kExact, 258, 2)
            .entries == Entries{"0|258|01020000000300|0000000a"});
}

TEST_CASE("lengths are put behind parts of variable length", "[heap]") {
  const std::string long_text = "ff" + std::string(510, '7');  // 256 bytes
  CHECK(read({state_of(KeyedStateKind::kValue, text_type(), text_type(), int_type())},
             "0000 00000001 0141" + long_text + "0000000a") ==
        Entries{"0|5|05" + long_text + "0001" + "014102|0000000a"});
}

TEST_CASE("a list becomes its elements with a comma between them", "[heap]") {
  CHECK(read({void_state(KeyedStateKind::kList, int_type())},
             "0000 00000002"
             " 00 00000003 00000003 0000000a 0000000b 0000000c"
             " 00 00000004 00000001 2c2c2c2c") ==
        Entries{"0|5|050000000300|0000000a2c0000000b2c0000000c", "0|5|050000000400|2c2c2c2c"});
}

TEST_CASE("each element has its own TTL time", "[heap]") {
  KeyedStateSchema list = void_state(KeyedStateKind::kList, text_type());
  list.ttl = true;
  CHECK(read({list},
             "0000 00000001 00 00000003 00000002 000000000000000a 0141 000000000000000b 0142") ==
        Entries{"0|5|050000000300|000000000000000a01412c000000000000000b0142"});
}

TEST_CASE("a map becomes one entry a key", "[heap]") {
  CHECK(read({void_state(KeyedStateKind::kMap, int_type())},
             "0000 00000002"
             " 00 00000003 00000003  0141 00 0000000a  0142 01  00 00 0000000c"
             " 00 00000004 00000001  0143 00 0000000d") ==
        Entries{"0|5|0500000003000141|000000000a", "0|5|0500000003000142|01",
                "0|5|05000000030000|000000000c", "0|5|0500000004000143|000000000d"});
}

TEST_CASE("a null in a map with TTL has no time", "[heap]") {
  KeyedStateSchema map = void_state(KeyedStateKind::kMap, int_type());
  map.ttl = true;
  CHECK(read({map},
             "0000 00000001 00 00000003 00000002  0141 01  0142 00 000000000000000a 0000000b") ==
        Entries{"0|5|0500000003000141|01", "0|5|0500000003000142|00000000000000000a0000000b"});
}

TEST_CASE("a timer is taken over as it is, without lengths", "[heap]") {
  CHECK(read({timer_state()}, "0000 00000001 80000000000003e8 0141 0142") ==
        Entries{"0|5|0580000000000003e801410142|"});
}

TEST_CASE("lists and maps without elements are counted", "[heap]") {
  const Result result = read_group(
      {void_state(KeyedStateKind::kList, int_type()), void_state(KeyedStateKind::kMap, int_type()),
       void_state(KeyedStateKind::kValue, int_type())},
      "0001 00000003"
      "  00 00000001 00000000"
      "  00 00000002 00000001 0141 01"
      "  00 00000003 00000000"
      "0000 00000001 00 00000001 00000000"
      "0002 00000000");
  CHECK(result.entries == Entries{"1|5|0500000002000141|01"});
  CHECK(result.empty_collections == std::vector<std::uint64_t>{1, 2, 0});
}

TEST_CASE("list elements without bytes leave their delimiters", "[heap]") {
  const std::vector<KeyedStateSchema> states = {void_state(KeyedStateKind::kList, empty_type())};
  CHECK(read(states,
             "0000 00000002"
             " 00 00000003 00000003"
             " 00 00000004 00000001") == Entries{"0|5|050000000300|2c2c", "0|5|050000000400|"});
  // Nothing but its count bounds such a list: a longer one is not taken apart, and the rest of the key
  // group with it.
  CHECK(read(states, "0000 00000001 00 00000003 000003e9") ==
        Entries{"0|5||0000000003000003e9 undivided"});
}

TEST_CASE("every state has its section, in any order", "[heap]") {
  const std::vector<KeyedStateSchema> states = {kIntValue[0], kIntValue[0]};
  CHECK(read(states, "0001 00000001 00 00000003 0000000a  0000 00000001 00 00000004 0000000b") ==
        Entries{"1|5|050000000300|0000000a", "0|5|050000000400|0000000b"});
  CHECK(error_of(states, "0001 00000000 0001 00000000") ==
        "f: offset 0x106: state id 1 comes twice in the key group\n"
        "  0x102: 00 00 00 00 [00 01] 00 00 00 00");
  CHECK(error_of(states, "0001 00000000") ==
        "f: offset 0x106: state id needs 2 bytes, 0 are left\n  0x102: 00 00 00 00 [end]");
  CHECK(error_of(states, "0002 00000000") ==
        "f: offset 0x100: state id = 2, the stream describes 2 states\n"
        "  0x100: [00 02] 00 00 00 00");
}

TEST_CASE("bytes behind the last section", "[heap]") {
  CHECK(error_of(kIntValue, "0000 00000000 aa") ==
        "f: offset 0x106: 1 bytes left after the end of the key group\n"
        "  0x102: 00 00 00 00 [aa]");
  CHECK(read_group(kIntValue, "0000 00000000 aa", SectionEnd::kAtMost).entries.empty());
}

TEST_CASE("counts must fit in what is left", "[heap]") {
  CHECK(first_line(error_of(kIntValue, "0000 ffffffff")) ==
        "f: offset 0x102: entry count = -1 is negative");
  CHECK(first_line(error_of(kIntValue, "0000 7fffffff 00")) ==
        "f: offset 0x102: entry count = 2147483647 cannot fit in the 1 bytes left");
  CHECK(first_line(error_of({void_state(KeyedStateKind::kList, int_type())},
                            "0000 00000001 00 00000003 00000002 00000001 000000")) ==
        "f: offset 0x10b: list size = 2 cannot fit in the 7 bytes left");
  CHECK(first_line(error_of({void_state(KeyedStateKind::kMap, int_type())},
                            "0000 00000001 00 00000003 80000000")) ==
        "f: offset 0x10b: map size = -2147483648 is negative");
}

TEST_CASE("an error names the state", "[heap]") {
  CHECK(error_of(kIntValue, "0000 00000001 00 00000003 0000") ==
        "f: offset 0x10b: int needs 4 bytes, 2 are left\n"
        "  while reading s\n"
        "  0x107: 00 00 00 03 [00 00]");
}

TEST_CASE("where a type cannot be walked, the rest of the key group is one entry", "[heap]") {
  const std::vector<KeyedStateSchema> unknown_value = {
      void_state(KeyedStateKind::kValue, unknown_type()), kIntValue[0]};
  // From the first entry on, with the sections of the states behind it.
  CHECK(read(unknown_value,
             "0001 00000001 00 00000003 0000000a"
             "0000 00000002 00 00000004 aa 00 00000005 bb") ==
        Entries{"1|5|050000000300|0000000a", "0|5||0000000004aa0000000005bb undivided"});
  CHECK(read(unknown_value, "0000 00000001 00 00000004 aa 0001 00000000") ==
        Entries{"0|5||0000000004aa000100000000 undivided"});
  const std::vector<KeyedStateSchema> unknown_key = {
      state_of(KeyedStateKind::kValue, unknown_type(), void_type(), int_type())};
  CHECK(read(unknown_key, "0000 00000001 00 aa 0000000a") ==
        Entries{"0|5||00aa0000000a undivided"});
}

TEST_CASE("a map that cannot be walked any more keeps the key that was read", "[heap]") {
  const std::vector<KeyedStateSchema> states = {void_state(KeyedStateKind::kMap, unknown_type())};
  // A null needs no walk; the value behind it does.
  CHECK(read(states, "0000 00000001 00 00000003 00000002 0141 01 0142 00 aa") ==
        Entries{"0|5|0500000003000141|01", "0|5|050000000300|014200aa undivided"});
}

TEST_CASE("a section without entries needs no walk", "[heap]") {
  CHECK(read({void_state(KeyedStateKind::kValue, unknown_type())}, "0000 00000000").empty());
}

}  // namespace savvy
