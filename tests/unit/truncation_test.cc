// Every shorter prefix of a good file is an error that names the file and a place in it; a file
// with any bit turned over is an error or a value, and never a crash (run with the sanitizers).

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "readers/keyed_stream.h"
#include "readers/operator_state_stream.h"
#include "tests/support/entries.h"
#include "tests/support/keyed_streams.h"
#include "tests/support/message_of.h"
#include "tests/support/operator_bytes.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

// Reads all there is in a file of these bytes.
using Parser = std::function<void(const ByteVector&)>;

Parser keyed_parser(const StreamBytes& good, KeyedCode code) {
  return [offsets = good.offsets, code](const ByteVector& bytes) {
    KeyGroupsHandle handle;
    handle.code = code;
    handle.range = {5, 2};
    handle.offsets = offsets;
    const KeyedStream stream(std::make_unique<MemoryFile>("f", bytes), handle, 1, test_registry());
    for (const KeyGroupSection& section : stream.sections()) {
      const auto reader = stream.open(section);
      all_entries(*reader);
    }
  };
}

Parser operator_parser(std::vector<OperatorStateEntry> states) {
  return [states = std::move(states)](const ByteVector& bytes) {
    OperatorHandle handle;
    handle.states = states;
    const OperatorStateStream stream(std::make_unique<MemoryFile>("f", bytes), handle,
                                     string_registry());
    for (const StateMeta& state : stream.head().list_states) {
      const auto elements = stream.elements(state);
      while (const auto element = elements->next()) {
        ByteReader in(*element, "f");
        state.serializer(kValueSerializer)->skip(in);
        in.expect_end("the element");
      }
    }
    for (const StateMeta& state : stream.head().broadcast_states) {
      auto map = stream.broadcast_map(state);
      if (!map) continue;
      const std::size_t size = map->in().count(2, "map size");
      for (std::size_t i = 0; i < 2 * size; ++i) ShortStringType().skip(map->in());
      map->in().expect_end("the map");
    }
  };
}

// Names the file, and a position in it or an offset of the handle.
bool is_clear(const std::string& message) {
  return message.starts_with("f: ") && message.find("offset ") != std::string::npos;
}

void check_prefixes(const ByteVector& good, const Parser& parse) {
  REQUIRE(message_of([&] { parse(good); }) == "no error");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const ByteVector prefix(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    const std::string message = message_of([&] { parse(prefix); });
    if (!is_clear(message)) FAIL("prefix of " << size << " bytes: " << message);
  }
}

// Any error of the four kinds will do; others, and crashes, end the test.
void check_flips(const ByteVector& good, const Parser& parse) {
  int errors = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int change : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF}) {
      ByteVector bad = good;
      bad[i] ^= static_cast<std::uint8_t>(change);
      try {
        parse(bad);
      } catch (const FormatError& error) {
        ++errors;
        if (std::string_view(error.what()).substr(0, 3) != "f: ") FAIL(error.what());
      } catch (const Error&) {
        ++errors;
      }
    }
  }
  // Were nothing noticed, the walk would not look at the bytes.
  CHECK(errors > static_cast<int>(good.size()));
}

void check_damage(const ByteVector& good, const Parser& parse) {
  check_prefixes(good, parse);
  check_flips(good, parse);
}

}  // namespace

TEST_CASE("damaged canonical streams", "[truncation]") {
  for (const Packing packing : {Packing::kPlain, Packing::kSnappy}) {
    const StreamBytes good = canonical_stream(packing);
    check_damage(good.bytes, keyed_parser(good, KeyedCode::kSavepointKeyGroups));
    // The layout is guessed, from damaged bytes.
    check_flips(good.bytes, keyed_parser(good, KeyedCode::kKeyGroupsV2));
  }
}

TEST_CASE("damaged heap streams", "[truncation]") {
  for (const Packing packing : {Packing::kPlain, Packing::kSnappy}) {
    const StreamBytes good = heap_stream(packing);
    check_damage(good.bytes, keyed_parser(good, KeyedCode::kKeyGroupsV2));
  }
}

TEST_CASE("damaged operator streams", "[truncation]") {
  const ByteVector plain =
      from_hex(kVersion6Plain + kListAndBroadcast + "0261 036263 00000001 026b 0276");
  const std::vector<OperatorStateEntry> plain_states = {{"s", DistributionMode::kSplit, {470, 472}},
                                                        {"b", DistributionMode::kBroadcast, {475}}};
  check_damage(plain, operator_parser(plain_states));
  const ByteVector compressed =
      from_hex(kVersion6Compressed + kListOnly) + from_hex(kSnappyIdentifier) +
      chunk(ChunkKind::kPlain, from_hex("0261")) + chunk(ChunkKind::kPacked, from_hex("036263"));
  check_damage(compressed, operator_parser({{"s", DistributionMode::kSplit, {198, 208}}}));
}

TEST_CASE("damaged snappy streams", "[truncation]") {
  const ByteVector good = framed(from_hex("00010203040506070809"), ChunkKind::kPacked, 4);
  const Parser parse = [](const ByteVector& bytes) {
    const MemoryFile file("f", bytes);
    SectionReader section(file, {0, bytes.size()}, Compression::kSnappy);
    // The format has no end mark: between chunks a stream may end. Only its reader knows.
    section.in().take(10, "content");
    section.in().expect_end("the content");
  };
  check_damage(good, parse);
}

TEST_CASE("a file that ends before its stretch is a reading error", "[truncation]") {
  const StreamBytes good = canonical_stream(Packing::kSnappy);
  for (std::size_t size = 0; size < good.bytes.size(); ++size) {
    const MemoryFile file("f", Bytes(good.bytes).first(size));
    SectionReader section(file, {0, good.bytes.size()}, Compression::kNone);
    if (message_of<IoError>([&] { section.in().take(good.bytes.size(), "all"); }) !=
        "f: cannot read past the end: Invalid argument") {
      FAIL("size " << size);
    }
  }
}

}  // namespace savvy
