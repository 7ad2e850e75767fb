#include "format/keyed_meta.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/meta_bytes.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

const std::string kVersion6 = "00000006";
const std::string kPlain = "00";

KeyedMetaBlock decode(const std::string& hex) {
  const ByteVector bytes = from_hex(hex);
  ByteReader in(bytes, "f");
  const SerializerRegistry registry = test_registry();
  KeyedMetaBlock block = decode_keyed_meta_block(in, registry);
  in.expect_end("the meta block");
  return block;
}

std::string encode(const KeyedMetaBlock& block) {
  ByteWriter out;
  encode_keyed_meta_block(block, out);
  return to_hex_text(out.bytes());
}

std::string error_of(const std::string& hex) {
  return message_of([&] { decode(hex); });
}

}  // namespace

TEST_CASE("a meta block without states", "[keyed_meta]") {
  // Version, flag, proxy version, class name "Int", version of the snapshot, count.
  const KeyedMetaBlock block = decode("00000006 01 00000002 0003496e74 00000001 0000");
  CHECK(block.compressed);
  CHECK(block.key.type->describe().name == "Int");
  CHECK(to_hex_text(block.key.stored) == "000000020003496e7400000001");
  CHECK(block.states.empty());
}

TEST_CASE("a meta block is encoded as it was", "[keyed_meta]") {
  const std::string hex = kVersion6 + kPlain + proxied_hex("Text") + "0003" +
                          value_state_hex("counts", "MAP", "Map Text Int") +
                          value_state_hex("", "VALUE", "Int") +
                          timer_state_hex("_timer_state/event_t", "Timer Text Void");
  const KeyedMetaBlock block = decode(hex);
  CHECK(encode(block) == hex);
  REQUIRE(block.states.size() == 3);
  CHECK(block.states[0].name == "counts");
  CHECK(block.states[0].type == BackendStateType::kKeyValue);
  CHECK(block.states[0].option(kKeyedStateType) == "MAP");
  CHECK(block.states[0].option("OTHER") == std::nullopt);
  CHECK(block.states[0].serializer(kValueSerializer)->shape() == Shape::kMap);
  CHECK(block.states[0].serializer(kNamespaceSerializer)->shape() == Shape::kVoid);
  CHECK(block.states[0].serializer(kUserKeySerializer) == nullptr);
  CHECK(block.states[1].name.empty());
  CHECK(block.states[2].type == BackendStateType::kPriorityQueue);
}

TEST_CASE("options and serializers keep their order, unknown ones too", "[keyed_meta]") {
  const std::string state = utf_hex("s") + "00000004" + "00000002" + utf_hex("LATER") +
                            utf_hex("x") + utf_hex("KEYED_STATE_TYPE") + utf_hex("LIST") +
                            "00000003" + utf_hex("VALUE_SERIALIZER") + proxied_hex("Int") +
                            utf_hex("LATER_SERIALIZER") + proxied_hex("Text") +
                            utf_hex("NAMESPACE_SERIALIZER") + proxied_hex("Void");
  const std::string hex = kVersion6 + kPlain + proxied_hex("Int") + "0001" + state;
  CHECK(encode(decode(hex)) == hex);
}

TEST_CASE("versions of the meta block", "[keyed_meta]") {
  const std::string rest = kPlain + proxied_hex("Int") + "0000";
  for (const std::string version : {"00000001", "00000005"}) {
    CHECK(message_of<UnsupportedError>([&] { decode(version + rest); }) ==
          "f: offset 0x0: keyed state of format version " + version.substr(7) +
              " was written by Flink 1.6 or older; take a savepoint with Flink 1.8 to 1.16 first");
  }
  CHECK(first_line(error_of("00000000" + rest)) ==
        "f: offset 0x0: version of the keyed meta block = 0, expected 6");
  CHECK(first_line(error_of("00000007" + rest)) ==
        "f: offset 0x0: version of the keyed meta block = 7, expected 6");
  CHECK(first_line(error_of("ffffffff" + rest)) ==
        "f: offset 0x0: version of the keyed meta block = -1, expected 6");
}

TEST_CASE("the state count is not negative", "[keyed_meta]") {
  const std::string head = kVersion6 + kPlain + proxied_hex("Int");
  CHECK(error_of(head + "ffff") ==
        "f: offset 0x12: state count = -1 is negative\n"
        "  while reading keyed meta block\n"
        "  0xe: 00 00 00 01 [ff ff]");
  CHECK(first_line(error_of(head + "7fff")) ==
        "f: offset 0x14: state name needs 2 bytes, 0 are left");
}

TEST_CASE("a state is described once", "[keyed_meta]") {
  const std::string head = kVersion6 + kPlain + proxied_hex("Int") + "0002";
  const std::string state = value_state_hex("s", "VALUE", "Int");
  const std::string timers = timer_state_hex("s", "Timer Text Void");
  CHECK(first_line(error_of(head + state + state)).ends_with(": state \"s\" is described twice"));
  CHECK(first_line(error_of(head + timers + timers)).ends_with(": state \"s\" is described twice"));
  CHECK(decode(head + state + timers).states.size() == 2);
}

TEST_CASE("state types are 0 to 4", "[keyed_meta]") {
  const std::string head = kVersion6 + kPlain + proxied_hex("Int") + "0001" + utf_hex("s");
  CHECK(error_of(head + "00000005") ==
        "f: offset 0x17: state type = 5, expected 0 to 4\n"
        "  while reading keyed meta block > state 0 > s\n"
        "  0x13: 01 00 01 73 [00 00 00 05]");
  CHECK(first_line(error_of(head + "ffffffff")) ==
        "f: offset 0x17: state type = -1, expected 0 to 4");
}

TEST_CASE("counts of options and serializers must fit", "[keyed_meta]") {
  const std::string head =
      kVersion6 + kPlain + proxied_hex("Int") + "0001" + utf_hex("s") + "00000000";
  CHECK(first_line(error_of(head + "00000001 000000")) ==
        "f: offset 0x1b: option count = 1 cannot fit in the 3 bytes left");
  CHECK(first_line(error_of(head + "00000000 00000001 0000")) ==
        "f: offset 0x1f: serializer count = 1 cannot fit in the 2 bytes left");
  CHECK(first_line(error_of(head + "00000000 80000000")) ==
        "f: offset 0x1f: serializer count = -2147483648 is negative");
}

TEST_CASE("an error in a serializer names its state and role", "[keyed_meta]") {
  const std::string hex = kVersion6 + kPlain + proxied_hex("Int") + "0001" + utf_hex("counts") +
                          "00000000 00000000 00000001" + utf_hex("VALUE_SERIALIZER") + "00000003" +
                          snapshot_hex("Int");
  CHECK(error_of(hex).find("serializer proxy version = 3, expected 1 or 2\n"
                           "  while reading keyed meta block > state 0 > counts > "
                           "VALUE_SERIALIZER\n") != std::string::npos);
}

}  // namespace savvy
