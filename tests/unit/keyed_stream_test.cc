// Whole keyed streams: the layout that is found, and the entries of both layouts.

#include "readers/keyed_stream.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/entries.h"
#include "tests/support/keyed_streams.h"
#include "tests/support/message_of.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;
using Entries = std::vector<std::string>;

// A stream with its handle and bytes, which it needs as long as it is read.
struct Opened {
  Opened(StreamBytes stream_bytes, KeyedCode code, std::int32_t first_group = 5)
      : source(std::move(stream_bytes)) {
    handle.code = code;
    handle.range = {first_group, static_cast<std::int32_t>(source.offsets.size())};
    handle.offsets = source.offsets;
    stream.emplace(std::make_unique<MemoryFile>("f", source.bytes), handle, 1, test_registry());
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  Entries entries() const {
    Entries all;
    for (const KeyGroupSection& section : stream->sections()) {
      const auto reader = stream->open(section);
      for (std::string& entry : all_entries(*reader)) all.push_back(std::move(entry));
    }
    return all;
  }

  StreamBytes source;
  KeyGroupsHandle handle;
  std::optional<KeyedStream> stream;
};

Entries expected_group(const std::string& group) {
  const std::string hex = "0" + group;
  return {"2|" + group + "|" + hex + "0141000178|0000000001",
          "2|" + group + "|" + hex + "0141000179|01",
          "0|" + group + "|" + hex + "014100|0000000a",
          "0|" + group + "|" + hex + "014200|0000000b",
          "3|" + group + "|" + hex + "80000000000003e8014100|",
          "1|" + group + "|" + hex + "014100|000000000000000101782c00000000000000020179"};
}

Entries expected_entries() {
  Entries all = expected_group("5");
  for (std::string& entry : expected_group("6")) all.push_back(std::move(entry));
  return all;
}

}  // namespace

TEST_CASE("both layouts hold the same entries, plain and compressed", "[keyed_stream]") {
  for (const Packing packing : {Packing::kPlain, Packing::kSnappy}) {
    CAPTURE(packing);
    const Opened savepoint(canonical_stream(packing), KeyedCode::kSavepointKeyGroups);
    CHECK(savepoint.stream->layout() == KeyedLayout::kCanonical);
    CHECK(savepoint.entries() == expected_entries());
    const Opened full_snapshot(canonical_stream(packing), KeyedCode::kKeyGroupsV2);
    CHECK(full_snapshot.stream->layout() == KeyedLayout::kCanonical);
    CHECK(full_snapshot.entries() == expected_entries());
    const Opened heap(heap_stream(packing), KeyedCode::kKeyGroupsV2);
    CHECK(heap.stream->layout() == KeyedLayout::kHeap);
    CHECK(heap.entries() == expected_entries());
  }
}

TEST_CASE("lists without elements are counted", "[keyed_stream]") {
  const Opened heap(heap_stream(Packing::kPlain), KeyedCode::kKeyGroupsV2);
  const auto reader = heap.stream->open(heap.stream->sections().front());
  all_entries(*reader);
  CHECK(reader->empty_collections() == std::vector<std::uint64_t>{0, 1, 0, 0});
}

TEST_CASE("a handle may list a part of the groups in its file", "[keyed_stream]") {
  for (StreamBytes bytes : {canonical_stream(Packing::kPlain), heap_stream(Packing::kPlain),
                            canonical_stream(Packing::kSnappy), heap_stream(Packing::kSnappy)}) {
    bytes.offsets.pop_back();
    CHECK(Opened(bytes, KeyedCode::kKeyGroupsV2).entries() == expected_group("5"));
  }
}

TEST_CASE("key groups without entries", "[keyed_stream]") {
  StreamBytes bytes = canonical_stream(Packing::kPlain);
  bytes.offsets.insert(bytes.offsets.begin(), 0);
  const Opened opened(bytes, KeyedCode::kKeyGroupsV2, 4);
  CHECK(opened.stream->layout() == KeyedLayout::kCanonical);
  CHECK(opened.entries() == expected_entries());
  // Only a head: nothing tells the layouts apart, and nothing needs to.
  StreamBytes head{from_hex(keyed_head_hex(Packing::kPlain)), {0, 0}};
  CHECK(Opened(head, KeyedCode::kKeyGroupsV2).entries().empty());
}

TEST_CASE("key group 0 alone: the end mark tells the layouts apart", "[keyed_stream]") {
  const std::string head =
      "00000006 00" + proxied_hex("Text") + "0001" + value_state_hex("value", "VALUE", "Int");
  const auto start = static_cast<std::int64_t>(from_hex(head).size());
  // State 0 and a key of 4 bytes: its first four bytes are zero, as those of key group 0 are in the
  // heap layout.
  const StreamBytes canonical{from_hex(head + "0000 00000004 80 0141 00 00000004 0000000a ffff"),
                              {start}};
  CHECK(Opened(canonical, KeyedCode::kKeyGroupsV2, 0).stream->layout() == KeyedLayout::kCanonical);
  const StreamBytes heap{from_hex(head + "00000000 0000 00000001 00 0141 0000000a"), {start}};
  const Opened opened(heap, KeyedCode::kKeyGroupsV2, 0);
  CHECK(opened.stream->layout() == KeyedLayout::kHeap);
  CHECK(opened.entries() == Entries{"0|0|00014100|0000000a"});
}

TEST_CASE("an error names the key group", "[keyed_stream]") {
  StreamBytes bytes = canonical_stream(Packing::kPlain);
  bytes.bytes.pop_back();
  const Opened opened(bytes, KeyedCode::kSavepointKeyGroups);
  const std::string message = message_of([&] { opened.entries(); });
  CHECK(message.find("state id needs 2 bytes, 1 are left\n  while reading key group 6\n") !=
        std::string::npos);
}

}  // namespace savvy
