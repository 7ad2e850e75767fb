#include "format/heap_sections.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/keyed_streams.h"
#include "tests/support/message_of.h"
#include "tests/support/small_windows.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;
using Sections = std::vector<std::string>;

std::vector<KeyedStateSchema> schemas_of(const std::string& head_hex) {
  const ByteVector bytes = from_hex(head_hex);
  ByteReader in(bytes, "f");
  return keyed_state_schemas(decode_keyed_meta_block(in, test_registry()), "f");
}

std::vector<KeyedStateSchema> four_states() { return schemas_of(keyed_head_hex(Packing::kPlain)); }

std::vector<KeyedStateSchema> one_state(std::string_view kind, std::string_view value) {
  return schemas_of("00000006 00" + proxied_hex("Text") + "0001" +
                    value_state_hex("s", kind, value));
}

// "state: entry entry ...", a section each.
Sections walk(ByteReader& in, SectionEnd end, const std::vector<KeyedStateSchema>& states) {
  HeapSections sections(in, end, states);
  Sections found;
  HeapSection section;
  while (sections.next_section(section)) {
    found.push_back(std::to_string(section.state) + ":");
    Bytes entry;
    std::size_t count = 0;
    for (; sections.next_entry(entry); ++count) found.back() += " " + to_hex_text(entry);
    CHECK(count == section.entry_count);
  }
  return found;
}

Sections walk(const std::vector<KeyedStateSchema>& states, const std::string& hex,
              SectionEnd end = SectionEnd::kExact) {
  const ByteVector bytes = from_hex(hex);
  ByteReader in(bytes, "f");
  return walk(in, end, states);
}

std::string group_hex() {
  std::string hex;
  for (const std::string& section : heap_sections_hex()) hex += section;
  return hex;
}

}  // namespace

TEST_CASE("entries come as they are stored, empty lists too", "[heap_sections]") {
  const Sections expected = {"2: 0001410000000201780000000001017901",
                             "0: 0001410000000a 0001420000000b", "3: 80000000000003e8014100",
                             "1: 00014100000002000000000000000101780000000000000002"
                             "0179 00014200000000"};
  CHECK(walk(four_states(), group_hex()) == expected);
  const ByteVector bytes = from_hex(group_hex());
  SmallWindows windows(bytes);
  ByteReader in(windows);
  CHECK(walk(in, SectionEnd::kExact, four_states()) == expected);
}

TEST_CASE("a section may be left before its end", "[heap_sections]") {
  const ByteVector bytes = from_hex(group_hex());
  ByteReader in(bytes, "f");
  const std::vector<KeyedStateSchema> states = four_states();
  HeapSections sections(in, SectionEnd::kExact, states);
  HeapSection section;
  std::string ids;
  while (sections.next_section(section)) ids += std::to_string(section.state);
  CHECK(ids == "2031");
}

TEST_CASE("what stands behind the last section", "[heap_sections]") {
  CHECK(walk(one_state("VALUE", "Int"), "0000 00000000 aa", SectionEnd::kAtMost) == Sections{"0:"});
  CHECK(first_line_of([] { walk(one_state("VALUE", "Int"), "0000 00000000 aa"); }) ==
        "f: offset 0x6: 1 bytes left after the end of the key group");
}

TEST_CASE("where entries have no known end, the state is named", "[heap_sections]") {
  for (const std::string kind : {"VALUE", "LIST", "MAP"}) {
    CAPTURE(kind);
    const std::string value = kind == "VALUE"  ? "Unknown"
                              : kind == "LIST" ? "List Unknown"
                                               : "Map Text Unknown";
    const std::string entry = kind == "VALUE"  ? "00 0141 aa"
                              : kind == "LIST" ? "00 0141 00000001 aa"
                                               : "00 0141 00000001 0178 00 aa";
    CHECK(first_line_of<UnsupportedError>(
              [&] { walk(one_state(kind, value), "0000 00000001" + entry); }) ==
          "state \"s\": its entries cannot be told apart: a value of Unknown cannot be walked");
    // Nothing has to be walked here.
    CHECK(walk(one_state(kind, value), "0000 00000000") == Sections{"0:"});
  }
}

TEST_CASE("counts that cannot be", "[heap_sections]") {
  CHECK(first_line_of([] { walk(one_state("VALUE", "Int"), "0000 00000002 00 0141 0000000a"); }) ==
        "f: offset 0xd: void needs 1 bytes, 0 are left");
  CHECK(first_line_of([] {
          walk(one_state("LIST", "List Int"), "0000 00000001 00 0141 ffffffff");
        }) == "f: offset 0x9: list size = -1 is negative");
  CHECK(first_line_of([] { walk(four_states(), "0000 00000000 0000 00000000"); }) ==
        "f: offset 0x6: state id 0 comes twice in the key group");
}

}  // namespace savvy
