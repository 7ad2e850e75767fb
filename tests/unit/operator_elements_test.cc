// Elements of operator state, as the reader cuts them out by the handle's offsets.

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "readers/operator_state_stream.h"
#include "tests/support/message_of.h"
#include "tests/support/operator_bytes.h"
#include "tests/support/snappy_frames.h"

namespace savvy {
namespace {

using namespace testing;
using Offsets = std::vector<std::int64_t>;

OperatorStateEntry entry(std::string name, Offsets offsets,
                         DistributionMode mode = DistributionMode::kSplit) {
  return {std::move(name), mode, std::move(offsets)};
}

// A stream with its handle and bytes, which it needs as long as it is read.
struct Opened {
  Opened(ByteVector stream_bytes, std::vector<OperatorStateEntry> states)
      : bytes(std::move(stream_bytes)) {
    handle.states = std::move(states);
    stream.emplace(std::make_unique<MemoryFile>("f", bytes), handle, registry);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  // The elements of the first list state, in hex, a blank between them.
  std::string elements() const {
    std::string text;
    const auto source = stream->elements(stream->head().list_states.at(0));
    while (const auto element = source->next()) text += to_hex_text(*element) + " ";
    return text;
  }

  ByteVector bytes;
  OperatorHandle handle;
  SerializerRegistry registry = string_registry();
  std::optional<OperatorStateStream> stream;
};

std::string elements_of(const ByteVector& bytes, Offsets offsets) {
  return Opened(bytes, {entry("s", std::move(offsets))}).elements();
}

const std::string kHead5 = kVersion5 + kListOnly;       // 187 bytes
const std::string kHead6 = kVersion6Plain + kListOnly;  // 188 bytes
const std::string kHead6Compressed = kVersion6Compressed + kListOnly;
const std::string kTwoElements = "0261 036263";

ByteVector compressed(const ByteVector& chunks) {
  return from_hex(kHead6Compressed) + from_hex(kSnappyIdentifier) + chunks;
}

}  // namespace

TEST_CASE("the worked plain streams", "[operator_elements]") {
  CHECK(from_hex(kHead5 + kTwoElements).size() == 192);
  CHECK(elements_of(from_hex(kHead5 + kTwoElements), {187, 189}) == "0261 036263 ");
  CHECK(elements_of(from_hex(kHead6 + kTwoElements), {188, 190}) == "0261 036263 ");
}

TEST_CASE("the worked compressed stream", "[operator_elements]") {
  const ByteVector bytes = compressed(from_hex("01060000ea753d510261 01070000e2a871cf036263"));
  CHECK(bytes.size() == 219);
  CHECK(elements_of(bytes, {198, 208}) == "0261 036263 ");
}

TEST_CASE("the worked stream with a broadcast state", "[operator_elements]") {
  const ByteVector bytes =
      from_hex(kVersion6Plain + kListAndBroadcast + kTwoElements + "00000001 026b 0276");
  CHECK(bytes.size() == 483);
  const Opened opened(bytes,
                      {entry("s", {470, 472}), entry("b", {475}, DistributionMode::kBroadcast)});
  CHECK(opened.elements() == "0261 036263 ");
  CHECK(opened.stream->stored_bytes("s") == 5);
  CHECK(opened.stream->stored_bytes("b") == 8);
  auto map = opened.stream->broadcast_map(opened.stream->head().broadcast_states[0]);
  REQUIRE(map);
  CHECK(to_hex_text(map->take_to_end()) == "00000001026b0276");
}

TEST_CASE("a broadcast state in a compressed stream", "[operator_elements]") {
  const ByteVector bytes = from_hex(kVersion6Compressed + kListAndBroadcast) +
                           from_hex(kSnappyIdentifier) +
                           chunk(ChunkKind::kPlain, from_hex("00000001")) +
                           chunk(ChunkKind::kPlain, from_hex("026b0276"));
  const Opened opened(bytes, {entry("b", {480}, DistributionMode::kBroadcast)});
  auto map = opened.stream->broadcast_map(opened.stream->head().broadcast_states[0]);
  REQUIRE(map);
  CHECK(to_hex_text(map->take_to_end()) == "00000001026b0276");
}

TEST_CASE("elements need not be in the order of their places", "[operator_elements]") {
  CHECK(elements_of(from_hex(kHead5 + kTwoElements), {189, 187}) == "036263 0261 ");
}

TEST_CASE("repeated offsets are elements without bytes", "[operator_elements]") {
  CHECK(elements_of(from_hex(kHead5 + kTwoElements), {187, 187, 189, 192, 192}) ==
        " 0261 036263   ");
}

TEST_CASE("a state that the handle does not name, or without offsets, is empty",
          "[operator_elements]") {
  CHECK(Opened(from_hex(kHead5), {}).elements().empty());
  CHECK(elements_of(from_hex(kHead5), {}).empty());
  const Opened opened(from_hex(kVersion6Plain + kListAndBroadcast), {});
  CHECK_FALSE(opened.stream->broadcast_map(opened.stream->head().broadcast_states[0]));
  CHECK(opened.stream->stored_bytes("s") == 0);
}

TEST_CASE("of two entries of one name the later one counts, as in Flink's map",
          "[operator_elements]") {
  CHECK(Opened(from_hex(kHead5 + kTwoElements), {entry("s", {187, 189}), entry("s", {189})})
            .elements() == "036263 ");
}

TEST_CASE("a compressed element may take several chunks", "[operator_elements]") {
  const ByteVector first = chunk(ChunkKind::kPlain, from_hex("03"));
  const ByteVector second = chunk(ChunkKind::kPacked, from_hex("6263"));
  const ByteVector bytes = compressed(first + second + chunk(ChunkKind::kPlain, from_hex("0261")));
  CHECK(elements_of(bytes, {198, static_cast<std::int64_t>(198 + first.size() + second.size())}) ==
        "036263 0261 ");
}

TEST_CASE("Flink 1.18.0 let elements share chunks", "[operator_elements]") {
  // Two blocks; the second element of the first one goes on in the second.
  const ByteVector first = chunk(ChunkKind::kPlain, from_hex("0261 0362"));
  const ByteVector second = chunk(ChunkKind::kPlain, from_hex("63 0264 0265"));
  const ByteVector bytes = compressed(first + second);
  const auto second_block = static_cast<std::int64_t>(198 + first.size());
  CHECK(elements_of(bytes, {198, 198, second_block, second_block}) == "0261 036263 0264 0265 ");
}

TEST_CASE("shared chunks with offsets that do not ascend are refused", "[operator_elements]") {
  const ByteVector first = chunk(ChunkKind::kPlain, from_hex("0261"));
  const ByteVector bytes = compressed(first + first);
  const auto second_block = static_cast<std::int64_t>(198 + first.size());
  CHECK(message_of([&] {
          elements_of(bytes, {second_block, second_block, 198});
        }) == "f: the handle's offsets of state \"s\" do not ascend");
}

TEST_CASE("shared chunks that end in mid-element are an error", "[operator_elements]") {
  const ByteVector bytes = compressed(chunk(ChunkKind::kPlain, from_hex("0261 0362")));
  CHECK(
      first_line_of([&] {
        elements_of(bytes, {198, 198});
      }) ==
      "f: offset 0x3 of the snappy stream that starts at offset 0xc6: string needs 2 bytes, 1 are "
      "left");
}

TEST_CASE("an offset that is no start of a chunk is an error", "[operator_elements]") {
  const ByteVector bytes = compressed(from_hex("01060000ea753d510261"));
  CHECK(first_line_of([&] { elements_of(bytes, {199}); }).find("f: offset 0xc7: ") == 0);
}

TEST_CASE("handle and head name the same states", "[operator_elements]") {
  CHECK(message_of([] { Opened(from_hex(kHead5), {entry("other", {})}); }) ==
        "f: the handle names state \"other\", the stream does not");
}

TEST_CASE("offsets of elements lie behind the head", "[operator_elements]") {
  CHECK(message_of([] { elements_of(from_hex(kHead5 + kTwoElements), {186}); }) ==
        "f: the handle's offset 186 of state \"s\" does not lie in the data, expected 187 to 192");
  CHECK(message_of([] { elements_of(from_hex(kHead5 + kTwoElements), {193}); }) ==
        "f: the handle's offset 193 of state \"s\" does not lie in the data, expected 187 to 192");
}

}  // namespace savvy
