#include "format/operator_stream.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/operator_bytes.h"

namespace savvy {
namespace {

using namespace testing;

OperatorStreamHead decode(const std::string& hex) {
  const ByteVector bytes = from_hex(hex);
  ByteReader in(bytes, "f");
  const SerializerRegistry registry = string_registry();
  OperatorStreamHead head = decode_operator_stream_head(in, registry);
  in.expect_end("the head");
  return head;
}

std::string encode(const OperatorStreamHead& head) {
  ByteWriter out;
  encode_operator_stream_head(head, out);
  return to_hex_text(out.bytes());
}

std::string error_of(const std::string& hex) {
  return message_of([&] { decode(hex); });
}

}  // namespace

TEST_CASE("the heads of Flink's worked streams have their sizes", "[operator_stream]") {
  CHECK(from_hex(kVersion5 + kListOnly).size() == 187);
  CHECK(from_hex(kVersion6Plain + kListOnly).size() == 188);
  CHECK(from_hex(kVersion6Plain + kListAndBroadcast).size() == 470);
}

TEST_CASE("a head is decoded, and encoded as it was", "[operator_stream]") {
  for (const std::string& version : {kVersion5, kVersion6Plain, kVersion6Compressed}) {
    for (const std::string& states : {kListOnly, kListAndBroadcast, kNoStates}) {
      CAPTURE(version, states);
      CHECK(encode(decode(version + states)) == version + states);
    }
  }
}

TEST_CASE("what a head says", "[operator_stream]") {
  const OperatorStreamHead head = decode(kVersion6Compressed + kListAndBroadcast);
  CHECK(head.version == 6);
  CHECK(head.compressed);
  REQUIRE(head.list_states.size() == 1);
  CHECK(head.list_states[0].name == "s");
  CHECK(head.list_states[0].option("OPERATOR_STATE_DISTRIBUTION_MODE") == "SPLIT_DISTRIBUTE");
  CHECK(head.list_states[0].serializer(kValueSerializer)->shape() == Shape::kString);
  REQUIRE(head.broadcast_states.size() == 1);
  CHECK(head.broadcast_states[0].name == "b");
  CHECK(head.broadcast_states[0].serializer(kKeySerializer)->shape() == Shape::kString);
  CHECK_FALSE(decode(kVersion5 + kListOnly).compressed);
}

TEST_CASE("versions of operator state", "[operator_stream]") {
  for (const std::string version : {"1", "2", "3", "4"}) {
    CHECK(message_of<UnsupportedError>([&] { decode("0000000" + version + kNoStates); }) ==
          "f: offset 0x0: operator state of format version " + version +
              " was written by Flink 1.6 or older; take a savepoint with Flink 1.8 to 1.16 first");
  }
  CHECK(error_of("00000000" + kNoStates) ==
        "f: offset 0x0: version of the operator state = 0, expected 5 or 6\n"
        "  while reading head of the operator state\n"
        "  0x0: [00 00 00 00] 00 00 00 00");
  CHECK(first_line(error_of("00000007" + kNoStates)) ==
        "f: offset 0x0: version of the operator state = 7, expected 5 or 6");
  CHECK(first_line(error_of("ffffffff" + kNoStates)) ==
        "f: offset 0x0: version of the operator state = -1, expected 5 or 6");
}

TEST_CASE("counts of operator states", "[operator_stream]") {
  CHECK(error_of(kVersion5 + "ffff 0000") ==
        "f: offset 0x4: state count = -1 is negative\n"
        "  while reading head of the operator state > list states\n"
        "  0x0: 00 00 00 05 [ff ff] 00 00");
  CHECK(error_of(kVersion5 + "0000 8000") ==
        "f: offset 0x6: state count = -32768 is negative\n"
        "  while reading head of the operator state > broadcast states\n"
        "  0x2: 00 05 00 00 [80 00]");
  CHECK(first_line(error_of(kVersion5 + "7fff")) ==
        "f: offset 0x6: state name needs 2 bytes, 0 are left");
}

TEST_CASE("list states and broadcast states stand in their own lists", "[operator_stream]") {
  CHECK(first_line(error_of(kVersion5 + "0001" + kBroadcastState + "0000")) ==
        "f: offset 0x6: \"b\" is of kind 2, expected 1");
  CHECK(first_line(error_of(kVersion5 + "0000" + "0001" + kListState)) ==
        "f: offset 0x8: \"s\" is of kind 1, expected 2");
}

TEST_CASE("a state has the serializers that its elements need", "[operator_stream]") {
  const std::string no_options = "00000000";
  CHECK(first_line(error_of(kVersion5 + "0001" + utf_hex("s") + "00000001" + no_options +
                            "00000000" + "0000")) ==
        "f: offset 0x6: the description of \"s\" has no VALUE_SERIALIZER");
  CHECK(first_line(error_of(kVersion5 + "0000" + "0001" + utf_hex("b") + "00000002" + no_options +
                            "00000001" + utf_hex("VALUE_SERIALIZER") + kStringSnapshot)) ==
        "f: offset 0x8: the description of \"b\" has no KEY_SERIALIZER");
}

}  // namespace savvy
