#include "writers/heap_writer.h"

#include <catch2/catch.hpp>

#include "format/byte_writer.h"
#include "tests/support/keyed_streams.h"
#include "tests/support/message_of.h"
#include "tests/support/written_streams.h"

namespace savvy {
namespace {

using namespace testing;
using Entries = std::vector<std::string>;

constexpr KeyedCode kCode = KeyedCode::kKeyGroupsV2;

KeyedMetaBlock meta_of(Packing packing) { return meta_from_hex(keyed_head_hex(packing)); }

std::string one_state_head(std::string_view kind, std::string_view value) {
  return "00000006 00" + proxied_hex("Text") + "0001" + value_state_hex("s", kind, value);
}

// The plain stream of key group 5 that holds these entries of state 0; a key is given without its
// key group.
struct HexEntry {
  std::string key;
  std::string value;
};

std::string group_of(const std::string& head, const std::vector<HexEntry>& entries) {
  MemoryFolder folder;
  HeapWriter writer(folder, "keyed", meta_from_hex(head), {5, 1}, kCode, 1);
  writer.begin_key_group(5);
  for (const HexEntry& entry : entries) {
    const ByteVector key = from_hex("05" + entry.key);
    const ByteVector value = from_hex(entry.value);
    writer.add({0, 5, key, value});
  }
  writer.finish();
  return to_hex_text(Bytes(folder.bytes("keyed")).subspan(from_hex(head).size()));
}

std::string hex(std::string_view text) { return to_hex_text(from_hex(text)); }

KeyedStream source_of(const StreamBytes& stream, KeyedCode code) {
  KeyGroupsHandle handle;
  handle.code = code;
  handle.range = {5, 2};
  handle.offsets = stream.offsets;
  return {std::make_unique<MemoryFile>("f", stream.bytes), handle, 1, test_registry()};
}

// An entry of a map: user keys of 4 bytes, values of 255.
HexEntry large_map_entry(std::size_t i) {
  ByteWriter user_key;
  user_key.i32(static_cast<std::int32_t>(i));
  return {"0141 00" + to_hex_text(user_key.bytes()),
          "00 ff" + std::string(std::size_t{255} * 2, '7')};
}

}  // namespace

TEST_CASE("canonical entries become sections of the heap layout", "[heap_writer]") {
  MemoryFolder folder;
  HeapWriter writer(folder, "keyed", meta_of(Packing::kPlain), {4, 4}, kCode, 1);
  add_all_entries(source_of(canonical_stream(Packing::kPlain), KeyedCode::kSavepointKeyGroups),
                  writer);
  const KeyedHandle handle = writer.finish();
  const std::string empty = "0000 00000000  0001 00000000  0002 00000000  0003 00000000";
  std::string expected = keyed_head_hex(Packing::kPlain) + "00000004" + empty;
  for (const std::string group : {"00000005", "00000006"}) {
    expected += group +
                "0002 00000001 00 0141 00000002 0178 00 00000001 0179 01"
                "0000 00000002 00 0141 0000000a 00 0142 0000000b"
                "0003 00000001 80000000000003e8 0141 00"
                "0001 00000001 00 0141 00000002 0000000000000001 0178 0000000000000002 0179";
  }
  expected += "00000007" + empty;
  CHECK(to_hex_text(folder.bytes("keyed")) == hex(expected));
  const auto& groups = *handle_as<KeyGroupsHandle>(handle);
  CHECK(groups.code == kCode);
  CHECK(groups.range == KeyGroupRange{4, 4});
  CHECK(groups.offsets.size() == 4);
  CHECK(groups.offsets[0] ==
        static_cast<std::int64_t>(from_hex(keyed_head_hex(Packing::kPlain)).size()));
  CHECK(groups.handle_id.size() == 36);
}

TEST_CASE("compressed sections hold the same entries", "[heap_writer]") {
  const StreamBytes plain = canonical_stream(Packing::kPlain);
  const KeyedStream source = source_of(plain, KeyedCode::kSavepointKeyGroups);
  MemoryFolder folder;
  HeapWriter writer(folder, "keyed", meta_of(Packing::kSnappy), {4, 4}, kCode, 1);
  add_all_entries(source, writer);
  const KeyedStream written = written_stream(folder, writer.finish(), 1);
  CHECK(written.layout() == KeyedLayout::kHeap);
  CHECK(entries_of(written) == entries_of(source));
  // The number of the key group is plain; a chunk with id and count begins each section.
  const ByteVector& bytes = folder.bytes("keyed");
  const auto start = static_cast<std::size_t>(written.sections()[1].offset);
  CHECK(to_hex_text(Bytes(bytes).subspan(start, 14)) ==
        "00000005" + std::string(kSnappyIdentifier));
  CHECK(to_hex_text(Bytes(bytes).subspan(start + 14, 14)) ==
        to_hex_text(chunk(ChunkKind::kPlain, from_hex("0002 00000001"))));
}

TEST_CASE("stored key groups are copied behind their numbers", "[heap_writer]") {
  for (const Packing packing : {Packing::kPlain, Packing::kSnappy}) {
    const StreamBytes stored = heap_stream(packing);
    const KeyedStream source = source_of(stored, kCode);
    MemoryFolder folder;
    HeapWriter writer(folder, "keyed", meta_of(packing), {5, 2}, kCode, 1);
    for (const KeyGroupSection& section : source.sections()) {
      writer.begin_key_group(section.key_group);
      writer.copy_stored(source.file(), {section.offset + 4, section.size_bytes - 4});
    }
    const KeyedHandle handle = writer.finish();
    CHECK(folder.bytes("keyed") == stored.bytes);
    CHECK(handle_as<KeyGroupsHandle>(handle)->offsets == stored.offsets);
  }
}

TEST_CASE("stored entries move to another state id and stay as they are", "[heap_writer]") {
  const std::string two_states = "00000006 00" + proxied_hex("Text") + "0002" +
                                 value_state_hex("value", "VALUE", "Int") +
                                 value_state_hex("list", "LIST", "List Int");
  MemoryFolder folder;
  HeapWriter writer(folder, "keyed", meta_from_hex(two_states), {5, 1}, kCode, 1);
  writer.begin_key_group(5);
  writer.begin_section(1);
  writer.add_raw_entry(from_hex("00 0141 00000000"));  // a list without elements
  writer.add_raw_entry(from_hex("00 0142 00000001 0000000a"));
  writer.finish();
  CHECK(to_hex_text(folder.bytes("keyed")) ==
        hex(two_states + "00000005 0001 00000002 00 0141 00000000 00 0142 00000001 0000000a"
                         "0000 00000000"));
}

TEST_CASE("key and namespace change places and lose their lengths", "[heap_writer]") {
  std::string head = "00000006 00" + proxied_hex("Text") + "0001" + utf_hex("s") + "00000000" +
                     "00000001" + utf_hex("KEYED_STATE_TYPE") + utf_hex("VALUE") + "00000002" +
                     utf_hex("NAMESPACE_SERIALIZER") + proxied_hex("Text") +
                     utf_hex("VALUE_SERIALIZER") + proxied_hex("Int");
  CHECK(group_of(head, {{"0141 02 026263 03", "0000000a"}}) ==
        hex("00000005 0000 00000001 026263 0141 0000000a"));
}

TEST_CASE("a list gets its count", "[heap_writer]") {
  CHECK(group_of(one_state_head("LIST", "List Int"),
                 {{"0141 00", "2c2c2c2c 2c 0000000b"}, {"0142 00", "0000000c"}}) ==
        hex("00000005 0000 00000002 00 0141 00000002 2c2c2c2c 0000000b"
            "                       00 0142 00000001 0000000c"));
  CHECK(group_of(one_state_head("LIST", "List Empty"), {{"0141 00", "2c2c"}, {"0142 00", ""}}) ==
        hex("00000005 0000 00000002 00 0141 00000003 00 0142 00000001"));
  CHECK(first_line_of([] {
          group_of(one_state_head("LIST", "List Int"), {{"0141 00", "0000000a 2c 00"}});
        }) == "keyed: offset 0x5: int needs 4 bytes, 1 are left");
}

TEST_CASE("adjacent entries of a map become one", "[heap_writer]") {
  const std::string head = one_state_head("MAP", "Map Text Ttl Int");
  CHECK(group_of(head, {{"0141 00 0178", "00 0000000000000001 0000000a"},
                        // A null that its serializer wrote after the flag.
                        {"0141 00 0179", "01 00"},
                        {"0142 00 0178", "01"}}) ==
        hex("00000005 0000 00000002"
            " 00 0141 00000002 0178 00 0000000000000001 0000000a 0179 01"
            " 00 0142 00000001 0178 01"));
  CHECK(message_of([&] {
          group_of(head, {{"0141 00 0178", ""}});
        }) == "keyed: state \"s\": a map's value lacks its null flag");
}

TEST_CASE("the count of a large map is put in afterwards", "[heap_writer]") {
  for (const std::string flag : {"00", "01"}) {
    CAPTURE(flag);
    const std::string head = "00000006" + flag + proxied_hex("Text") + "0001" +
                             value_state_hex("s", "MAP", "Map Int Text");
    MemoryFolder folder;
    HeapWriter writer(folder, "keyed", meta_from_hex(head), {5, 1}, kCode, 1);
    writer.begin_key_group(5);
    Entries expected;
    for (std::size_t i = 0; i < 5000; ++i) {  // of 260 bytes each
      const HexEntry entry = large_map_entry(i);
      const ByteVector key = from_hex("05" + entry.key);
      const ByteVector value = from_hex(entry.value);
      writer.add({0, 5, key, value});
      expected.push_back(entry_text({0, 5, key, value}));
    }
    const ByteVector key = from_hex("05 0142 00 00000007");
    const ByteVector value = from_hex("01");
    writer.add({0, 5, key, value});
    expected.push_back(entry_text({0, 5, key, value}));
    CHECK(entries_of(written_stream(folder, writer.finish(), 1)) == expected);
  }
}

TEST_CASE("a timer loses its key group of two bytes", "[heap_writer]") {
  const std::string head = "00000006 00" + proxied_hex("Text") + "0001" +
                           timer_state_hex("_timer_state/event_t", "Timer Text Void");
  MemoryFolder folder;
  HeapWriter writer(folder, "keyed", meta_from_hex(head), {300, 1}, KeyedCode::kKeyGroups, 2);
  writer.begin_key_group(300);
  const ByteVector key = from_hex("012c 80000000000003e8 0141 00");
  writer.add({0, 300, key, {}});
  const KeyedHandle handle = writer.finish();
  CHECK(to_hex_text(folder.bytes("keyed")) ==
        hex(head + "0000012c 0000 00000001 80000000000003e8 0141 00"));
  CHECK(handle_as<KeyGroupsHandle>(handle)->handle_id.empty());
}

TEST_CASE("what the heap layout cannot hold names the state", "[heap_writer]") {
  const auto refusal = [](const std::string& head, const HexEntry& entry) {
    return message_of<UnsupportedError>([&] { group_of(head, {entry}); });
  };
  CHECK(refusal(one_state_head("LIST", "List Unknown"), {"0141 00", "aa"})
            .starts_with("keyed: state \"s\": the elements of a list cannot be told apart"));
  const std::string unknown_key =
      "00000006 00" + proxied_hex("Unknown") + "0001" + value_state_hex("s", "MAP", "Map Int Int");
  CHECK(
      refusal(unknown_key, {"0141 00 00000001", "01"})
          .starts_with("keyed: state \"s\": the key, namespace and map key cannot be told apart"));
  std::string v2 = utf_hex("s") + "00000004" + "00000001" + utf_hex("KEYED_STATE_TYPE") +
                   utf_hex("VALUE") + "00000002" + utf_hex("NAMESPACE_SERIALIZER") +
                   proxied_hex("Void") + utf_hex("VALUE_SERIALIZER") + proxied_hex("Int");
  CHECK(refusal("00000006 00" + proxied_hex("Text") + "0001" + v2, {"0141 00", "0000000a"})
            .starts_with("keyed: state \"s\" is of kind KEY_VALUE_V2"));
  // Values that are copied whole may be of any type.
  CHECK(group_of(one_state_head("VALUE", "Unknown"), {{"0141 00", "aabb"}}) ==
        hex("00000005 0000 00000001 00 0141 aabb"));
}

TEST_CASE("a heap backend without states writes no file", "[heap_writer]") {
  MemoryFolder folder;
  HeapWriter writer(folder, "keyed", meta_from_hex("00000006 00" + proxied_hex("Text") + "0000"),
                    {0, 128}, kCode, 1);
  CHECK(is_null(writer.finish()));
  CHECK(folder.empty());
}

}  // namespace savvy
