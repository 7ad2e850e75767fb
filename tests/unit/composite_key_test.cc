#include "format/composite_key.h"

#include <catch2/catch.hpp>
#include <string>

#include "format/errors.h"
#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

// A state as its description would make it.
KeyedStateSchema state_of(TypePtr key, TypePtr name_space,
                          KeyedStateKind kind = KeyedStateKind::kValue) {
  KeyedStateSchema state;
  state.name = "s";
  state.kind = kind;
  state.key = std::move(key);
  state.name_space = std::move(name_space);
  state.value = int_type();
  state.user_key = int_type();
  state.key_lengths = kind != KeyedStateKind::kTimer && state.key->fixed_length() < 0 &&
                      state.name_space->fixed_length() < 0;
  return state;
}

// The parts as text: "group|key|namespace|map key", and whether they could be told apart.
std::string cut(const KeyedStateSchema& state, std::string_view hex, int prefix_bytes = 1) {
  const ByteVector bytes = from_hex(hex);
  const CompositeKey key = cut_composite_key(state, bytes, prefix_bytes, "f");
  return std::to_string(key.key_group) + "|" + to_hex_text(key.key) + "|" +
         to_hex_text(key.name_space) + "|" + to_hex_text(key.user_key) +
         (key.cut ? "" : " not cut");
}

std::string error_of_cut(const KeyedStateSchema& state, std::string_view hex) {
  return message_of([&] { cut(state, hex); });
}

std::string length_suffix(std::size_t length) {
  ByteVector out;
  append_part_length(length, out);
  return to_hex_text(out);
}

}  // namespace

TEST_CASE("a length suffix is little-endian without leading zeros", "[composite_key]") {
  CHECK(length_suffix(0) == "00");
  CHECK(length_suffix(1) == "01");
  CHECK(length_suffix(255) == "ff");
  CHECK(length_suffix(256) == "0001");
  CHECK(length_suffix(300) == "2c01");
  CHECK(length_suffix(65535) == "ffff");
  CHECK(length_suffix(65536) == "000001");
}

TEST_CASE("a key group is one byte or two", "[composite_key]") {
  ByteVector out;
  append_key_group(127, 1, out);
  append_key_group(0, 2, out);
  append_key_group(32767, 2, out);
  CHECK(to_hex_text(out) ==
        "7f"
        "0000"
        "7fff");
}

TEST_CASE("a composite key is cut into its parts", "[composite_key]") {
  const KeyedStateSchema plain = state_of(int_type(), void_type());
  CHECK(cut(plain, "05 00000003 00") == "5|00000003|00|");
  CHECK(cut(plain, "0105 00000003 00", 2) == "261|00000003|00|");
  const KeyedStateSchema map = state_of(int_type(), void_type(), KeyedStateKind::kMap);
  CHECK(cut(map, "05 00000003 00 000000ff") == "5|00000003|00|000000ff");
  // One part of variable length is told apart by the other.
  CHECK(cut(state_of(text_type(), void_type()), "05 024142 00") == "5|024142|00|");
}

TEST_CASE("parts of variable length are followed by their lengths", "[composite_key]") {
  const KeyedStateSchema state = state_of(text_type(), text_type());
  CHECK(cut(state, "05 024142 03 00 01") == "5|024142|00|");
  const std::string long_text = "ff" + std::string(510, '7');  // 256 bytes
  CHECK(cut(state, "05" + long_text + "0001" + "0141" + "02") == "5|" + long_text + "|0141|");
  const KeyedStateSchema map = state_of(text_type(), text_type(), KeyedStateKind::kMap);
  CHECK(cut(map, "05 0141 02 0142 02 aabb") == "5|0141|0142|aabb");
}

TEST_CASE("a key part without bytes has the length 00", "[composite_key]") {
  CHECK(cut(state_of(empty_type(), text_type()), "05 00 0141 02") == "5||0141|");
}

TEST_CASE("a wrong length is an error", "[composite_key]") {
  const KeyedStateSchema state = state_of(text_type(), text_type());
  CHECK(error_of_cut(state, "05 024142 04 00 01") ==
        "f: offset 0x4: the length behind the key is not its 3 bytes\n"
        "  while reading composite key\n"
        "  0x0: 05 02 41 42 [04] 00 01");
  CHECK(error_of_cut(state, "05 024142 03 00 02") ==
        "f: offset 0x6: the length behind the namespace is not its 1 bytes\n"
        "  while reading composite key\n"
        "  0x2: 41 42 03 00 [02]");
}

TEST_CASE("bytes behind the last part are an error", "[composite_key]") {
  CHECK(error_of_cut(state_of(int_type(), void_type()), "05 00000003 00 aa") ==
        "f: offset 0x6: 1 bytes left after the end of a composite key\n"
        "  while reading composite key\n"
        "  0x2: 00 00 03 00 [aa]");
  CHECK(error_of_cut(state_of(int_type(), void_type()), "05 00000003") ==
        "f: offset 0x5: void needs 1 bytes, 0 are left\n"
        "  while reading composite key\n"
        "  0x1: 00 00 00 03 [end]");
  CHECK(error_of_cut(state_of(int_type(), void_type()), "") ==
        "f: offset 0x0: key group needs 1 bytes, 0 are left\n"
        "  while reading composite key\n"
        "  0x0: [end]");
}

TEST_CASE("a timer begins with its time, whose sign is flipped", "[composite_key]") {
  const KeyedStateSchema timer = state_of(int_type(), text_type(), KeyedStateKind::kTimer);
  const auto time_of = [&timer](std::string_view time) {
    const ByteVector bytes = from_hex("05" + std::string(time) + "00000003 0141");
    const CompositeKey key = cut_composite_key(timer, bytes, 1, "f");
    CHECK(to_hex_text(key.key) == "00000003");
    CHECK(to_hex_text(key.name_space) == "0141");
    return key.timestamp;
  };
  CHECK(time_of("8000000000000000") == 0);
  CHECK(time_of("80000000000003e8") == 1000);
  CHECK(time_of("7fffffffffffffff") == -1);
  CHECK(time_of("0000000000000000") == INT64_MIN);
  CHECK(time_of("ffffffffffffffff") == INT64_MAX);
}

TEST_CASE("timers have no lengths even where both parts vary", "[composite_key]") {
  const KeyedStateSchema timer = state_of(text_type(), text_type(), KeyedStateKind::kTimer);
  CHECK(cut(timer, "05 8000000000000000 0141 0142") == "5|0141|0142|");
  CHECK(error_of_cut(timer, "05 8000000000000000 0141 0142 02") ==
        "f: offset 0xd: 1 bytes left after the end of a timer\n"
        "  while reading composite key\n"
        "  0x9: 01 41 01 42 [02]");
}

TEST_CASE("a key of unknown type is cut off before a namespace of known size", "[composite_key]") {
  CHECK(cut(state_of(unknown_type(), void_type()), "05 aabbcc 00") == "5|aabbcc|00|");
  CHECK(cut(state_of(unknown_type(), int_type()), "05 aabbcc 00000001") == "5|aabbcc|00000001|");
  CHECK(cut(state_of(unknown_type(), int_type(), KeyedStateKind::kTimer),
            "05 8000000000000001 aabbcc 00000001") == "5|aabbcc|00000001|");
}

TEST_CASE("what cannot be told apart stays together", "[composite_key]") {
  CHECK(cut(state_of(unknown_type(), text_type()), "05 aabbcc 03 0141 02") ==
        "5|aabbcc03014102|| not cut");
  CHECK(cut(state_of(unknown_type(), void_type(), KeyedStateKind::kMap), "05 aabbcc 00 01") ==
        "5|aabbcc0001|| not cut");
  // No byte would be left for the key.
  CHECK(cut(state_of(unknown_type(), int_type()), "05 00000001") == "5|00000001|| not cut");
}

TEST_CASE("a namespace of unknown type is what is left, unless more follows it",
          "[composite_key]") {
  CHECK(cut(state_of(int_type(), unknown_type()), "05 00000003 aabb") == "5|00000003|aabb|");
  CHECK(cut(state_of(int_type(), unknown_type(), KeyedStateKind::kMap), "05 00000003 aabb") ==
        "5|00000003aabb|| not cut");
  CHECK(cut(state_of(text_type(), unknown_type()), "05 0141 02 aabb 02") ==
        "5|014102aabb02|| not cut");
}

}  // namespace savvy
