#include "writers/operator_state_writer.h"

#include <catch2/catch.hpp>

#include "readers/operator_state_stream.h"
#include "tests/support/memory_output.h"
#include "tests/support/message_of.h"
#include "tests/support/operator_bytes.h"
#include "tests/support/snappy_frames.h"
#include "writers/raw_keyed_writer.h"

namespace savvy {
namespace {

using namespace testing;
using Offsets = std::vector<std::int64_t>;

OperatorStreamHead head_of(const std::string& hex) {
  const ByteVector bytes = from_hex(hex);
  ByteReader in(bytes, "f");
  return decode_operator_stream_head(in, string_registry());
}

struct Written {
  std::string hex;
  OperatorHandle handle;
};

// The worked example: list state "s" ("a", "bc"), broadcast state "b" {"k": "v"}.
Written write_example(const std::string& head_hex) {
  MemoryFolder folder;
  OperatorStateWriter writer(folder, "operator", head_of(head_hex));
  writer.begin_state("s", DistributionMode::kSplit);
  writer.add_element(from_hex("0261"));
  writer.add_element(from_hex("036263"));
  writer.begin_state("b", DistributionMode::kBroadcast);
  writer.begin_element();
  writer.append(from_hex("00000001"));
  writer.append(from_hex("026b0276"));
  Boxed<OperatorHandle> handle = writer.finish();
  return {to_hex_text(folder.bytes("operator")), *handle};
}

}  // namespace

TEST_CASE("elements stand behind the head", "[operator_state_writer]") {
  const std::string head = kVersion5 + kListAndBroadcast;
  const Written written = write_example(head);
  CHECK(written.hex == to_hex_text(from_hex(head + "0261 036263 00000001 026b 0276")));
  const auto start = static_cast<std::int64_t>(from_hex(head).size());
  CHECK(written.handle.states ==
        std::vector<OperatorStateEntry>{{"s", DistributionMode::kSplit, {start, start + 2}},
                                        {"b", DistributionMode::kBroadcast, {start + 5}}});
  CHECK(written.handle.delegate == StreamHandle(RelativeFileHandle{"operator", start + 13}));
}

TEST_CASE("compressed elements start chunks of their own", "[operator_state_writer]") {
  const std::string head = kVersion6Compressed + kListAndBroadcast;
  const Written written = write_example(head);
  CHECK(written.hex == to_hex_text(from_hex(head + std::string(kSnappyIdentifier) +
                                            "01060000ea753d510261"
                                            "01070000e2a871cf036263") +
                                   chunk(ChunkKind::kPlain, from_hex("00000001026b0276"))));
  const auto start = static_cast<std::int64_t>(from_hex(head).size()) + 10;
  CHECK(written.handle.states[0].offsets == Offsets{start, start + 10});
  CHECK(written.handle.states[1].offsets == Offsets{start + 21});
}

TEST_CASE("elements without bytes", "[operator_state_writer]") {
  for (const std::string& version : {kVersion6Plain, kVersion6Compressed}) {
    CAPTURE(version);
    MemoryFolder folder;
    OperatorStateWriter writer(folder, "operator", head_of(version + kListOnly));
    writer.begin_state("s", DistributionMode::kUnion);
    for (const std::string element : {"", "0261", ""}) writer.add_element(from_hex(element));
    const Boxed<OperatorHandle> handle = writer.finish();
    CHECK(handle->states[0].mode == DistributionMode::kUnion);
    const OperatorStateStream stream(folder.open("operator"), *handle, string_registry());
    const auto elements = stream.elements(stream.head().list_states[0]);
    std::string found;
    while (const std::optional<Bytes> element = elements->next()) {
      found += "[" + to_hex_text(*element) + "]";
    }
    CHECK(found == "[][0261][]");
  }
}

TEST_CASE("states that are left out are empty", "[operator_state_writer]") {
  const std::string head = kVersion6Plain + kListAndBroadcast;
  MemoryFolder folder;
  OperatorStateWriter writer(folder, "operator", head_of(head));
  const Boxed<OperatorHandle> handle = writer.finish();
  CHECK(to_hex_text(folder.bytes("operator")) == to_hex_text(from_hex(head + "00000000")));
  const auto start = static_cast<std::int64_t>(from_hex(head).size());
  CHECK(handle->states ==
        std::vector<OperatorStateEntry>{{"s", DistributionMode::kSplit, {}},
                                        {"b", DistributionMode::kBroadcast, {start}}});
}

TEST_CASE("an operator without states writes no file", "[operator_state_writer]") {
  MemoryFolder folder;
  OperatorStateWriter writer(folder, "operator", head_of(kVersion6Plain + kNoStates));
  CHECK(!writer.finish());
  CHECK(folder.empty());
}

TEST_CASE("two states of one name", "[operator_state_writer]") {
  MemoryFolder folder;
  OperatorStreamHead head = head_of(kVersion6Plain + kListAndBroadcast);
  head.broadcast_states[0].name = "s";
  CHECK(message_of<UnsupportedError>([&] {
          OperatorStateWriter(folder, "operator", head);
        }).starts_with("two operator states are named \"s\""));
}

TEST_CASE("raw operator state is its partitions", "[operator_state_writer]") {
  MemoryFolder folder;
  OperatorStateWriter writer = raw_operator_state_writer(folder, "raw");
  writer.add_element(from_hex("0102"));
  writer.add_element(from_hex("03"));
  const Boxed<OperatorHandle> handle = writer.finish();
  CHECK(to_hex_text(folder.bytes("raw")) == "010203");
  CHECK(handle->states ==
        std::vector<OperatorStateEntry>{{"_default_", DistributionMode::kSplit, {0, 2}}});
}

TEST_CASE("raw keyed state is its key groups", "[raw_keyed_writer]") {
  MemoryFolder folder;
  RawKeyedWriter writer(folder, "raw", {4, 4}, KeyedCode::kKeyGroupsV2);
  writer.begin_key_group(6);
  writer.append(from_hex("0102"));
  writer.begin_key_group(5);
  const ByteVector stored = from_hex("aa03bb");
  writer.copy_stored(MemoryFile("f", stored), {1, 1});
  const KeyedHandle handle = writer.finish();
  CHECK(to_hex_text(folder.bytes("raw")) == "010203");
  const auto& groups = *handle_as<KeyGroupsHandle>(handle);
  CHECK(groups.offsets == Offsets{-1, 2, 0, -1});
  CHECK(groups.range == KeyGroupRange{4, 4});
  CHECK(groups.handle_id.size() == 36);
}

TEST_CASE("no key group, no file", "[raw_keyed_writer]") {
  MemoryFolder folder;
  RawKeyedWriter writer(folder, "raw", {4, 4}, KeyedCode::kKeyGroups);
  CHECK(is_null(writer.finish()));
  CHECK(folder.empty());
}

}  // namespace savvy
