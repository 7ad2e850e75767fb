#include "writers/canonical_writer.h"

#include <catch2/catch.hpp>

#include "tests/support/keyed_streams.h"
#include "tests/support/message_of.h"
#include "tests/support/written_streams.h"

namespace savvy {
namespace {

using namespace testing;
using Entries = std::vector<std::string>;

constexpr KeyedCode kCode = KeyedCode::kSavepointKeyGroups;

KeyedMetaBlock meta_of(Packing packing) { return meta_from_hex(keyed_head_hex(packing)); }

// The hand-written stream of key groups 5 and 6.
KeyedStream source_of(const StreamBytes& stream) {
  KeyGroupsHandle handle;
  handle.code = kCode;
  handle.range = {5, 2};
  handle.offsets = stream.offsets;
  return {std::make_unique<MemoryFile>("f", stream.bytes), handle, 1, test_registry()};
}

KeyedEntry entry(std::size_t state, std::int32_t key_group, Bytes key, Bytes value) {
  return {state, key_group, key, value};
}

}  // namespace

TEST_CASE("entries are written as Flink writes them", "[canonical_writer]") {
  const StreamBytes expected = canonical_stream(Packing::kPlain);
  MemoryFolder folder;
  CanonicalWriter writer(folder, "keyed", meta_of(Packing::kPlain), {4, 4}, kCode);
  add_all_entries(source_of(expected), writer);
  const KeyedHandle handle = writer.finish();
  CHECK(to_hex_text(folder.bytes("keyed")) == to_hex_text(expected.bytes));
  const auto& groups = *handle_as<KeyGroupsHandle>(handle);
  CHECK(groups.code == kCode);
  CHECK(groups.range == KeyGroupRange{4, 4});
  // Groups 4 and 7 are empty.
  CHECK(groups.offsets ==
        std::vector<std::int64_t>{0, expected.offsets[0], expected.offsets[1], 0});
  CHECK(groups.delegate == StreamHandle(RelativeFileHandle{
                               "keyed", static_cast<std::int64_t>(expected.bytes.size())}));
  CHECK(groups.handle_id.empty());
}

TEST_CASE("compressed key groups hold the same entries", "[canonical_writer]") {
  const StreamBytes plain = canonical_stream(Packing::kPlain);
  MemoryFolder folder;
  CanonicalWriter writer(folder, "keyed", meta_of(Packing::kSnappy), {5, 2}, kCode);
  const KeyedStream source = source_of(plain);
  add_all_entries(source, writer);
  const KeyedStream written = written_stream(folder, writer.finish(), 1);
  CHECK(written.meta().compressed);
  CHECK(entries_of(written) == entries_of(source));
  // One snappy stream a key group, from the offset on.
  for (const KeyGroupSection& section : written.sections()) {
    std::array<std::uint8_t, 10> start;
    written.file().read_at(section.offset, start);
    CHECK(to_hex_text(start) == kSnappyIdentifier);
  }
}

TEST_CASE("stored key groups are copied", "[canonical_writer]") {
  for (const Packing packing : {Packing::kPlain, Packing::kSnappy}) {
    const StreamBytes stored = canonical_stream(packing);
    MemoryFolder folder;
    CanonicalWriter writer(folder, "keyed", meta_of(packing), {5, 3}, kCode);
    const KeyedStream source = source_of(stored);
    for (const KeyGroupSection& section : source.sections()) {
      writer.begin_key_group(section.key_group);
      writer.copy_stored(source.file(), {section.offset, section.size_bytes});
    }
    writer.begin_key_group(7);
    writer.copy_stored(source.file(), {0, 0});  // an empty one
    const KeyedHandle handle = writer.finish();
    CHECK(folder.bytes("keyed") == stored.bytes);
    CHECK(handle_as<KeyGroupsHandle>(handle)->offsets ==
          std::vector<std::int64_t>{stored.offsets[0], stored.offsets[1], 0});
  }
}

TEST_CASE("the mark of a last entry beside a key group of two bytes", "[canonical_writer]") {
  const std::string head =
      "00000006 00" + proxied_hex("Text") + "0001" + value_state_hex("value", "VALUE", "Int");
  MemoryFolder folder;
  CanonicalWriter writer(folder, "keyed", meta_from_hex(head), {32767, 1}, KeyedCode::kKeyGroupsV2);
  writer.begin_key_group(32767);
  const ByteVector a = from_hex("7fff 0141 00");
  const ByteVector b = from_hex("7fff 0142 00");
  const ByteVector value = from_hex("0000000a");
  writer.add(entry(0, 32767, a, value));
  writer.add(entry(0, 32767, b, value));
  const KeyedHandle handle = writer.finish();
  CHECK(to_hex_text(folder.bytes("keyed")) ==
        to_hex_text(from_hex(head + "0000 00000005 7fff 0141 00 00000004 0000000a"
                                    "     00000005 ffff 0142 00 00000004 0000000a ffff")));
  CHECK(handle_as<KeyGroupsHandle>(handle)->handle_id.size() == 36);
  CHECK(entries_of(written_stream(folder, handle, 2)) ==
        Entries{"0|32767|7fff014100|0000000a", "0|32767|7fff014200|0000000a"});
}

TEST_CASE("an entry of several chunks is the last of its state", "[canonical_writer]") {
  MemoryFolder folder;
  CanonicalWriter writer(folder, "keyed", meta_of(Packing::kSnappy), {5, 1}, kCode);
  writer.begin_key_group(5);
  const ByteVector key = from_hex("05 0141 00");
  const ByteVector large(200000, 0x61);
  writer.add(entry(0, 5, key, large));
  CHECK(entries_of(written_stream(folder, writer.finish(), 1)) ==
        Entries{"0|5|05014100|" + to_hex_text(large)});
}

TEST_CASE("a backend without states writes no file", "[canonical_writer]") {
  MemoryFolder folder;
  CanonicalWriter writer(folder, "keyed",
                         meta_from_hex("00000006 00" + proxied_hex("Text") + "0000"), {0, 128},
                         kCode);
  CHECK(is_null(writer.finish()));
  CHECK(folder.empty());
}

TEST_CASE("what is not divided has no canonical form", "[canonical_writer]") {
  MemoryFolder folder;
  CanonicalWriter writer(folder, "keyed", meta_of(Packing::kPlain), {5, 1}, kCode);
  writer.begin_key_group(5);
  CHECK(message_of<UnsupportedError>([&] {
          writer.add({1, 5, {}, {}, true});
        }) == "state \"list\": its entries cannot be told apart, which the canonical layout needs");
}

}  // namespace savvy
