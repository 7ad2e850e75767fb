#include "format/canonical_stream.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/entries.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;
using Entries = std::vector<std::string>;

struct Section {
  SectionEnd end = SectionEnd::kExact;
  std::int32_t key_group = 5;
  int prefix_bytes = 1;
};

Entries read(std::string_view hex, const Section& section = {}) {
  const ByteVector bytes = from_hex(hex);
  ByteReader in(bytes, "f", 0x100);
  CanonicalKeyGroup group(in, section.end, section.key_group, section.prefix_bytes, 3);
  return all_entries(group);
}

std::string error_of(std::string_view hex, const Section& section = {}) {
  return first_line_of([&] { read(hex, section); });
}

}  // namespace

TEST_CASE("one key with its end mark", "[canonical]") {
  // Key Tuple1<Long> 3, void namespace, value Long 3: the example of the format's description.
  CHECK(read("0000 0000000a 80 0000000000000003 00 00000008 0000000000000003 ffff",
             {SectionEnd::kExact, 0, 1}) == Entries{"0|0|00000000000000000300|0000000000000003"});
}

TEST_CASE("several states, in any order, each with several keys", "[canonical]") {
  CHECK(read("0002 00000002 0501 00000001 aa"
             "     00000002 0502 00000000"
             "     00000003 850302 00000001 bb"
             "0000 00000002 8504 00000001 cc"
             "ffff") == Entries{"2|5|0501|aa", "2|5|0502|", "2|5|050302|bb", "0|5|0504|cc"});
}

TEST_CASE("a key group of two bytes", "[canonical]") {
  CHECK(read("0001 00000003 010277 00000000 00000003 810278 00000000 ffff",
             {SectionEnd::kExact, 258, 2}) == Entries{"1|258|010277|", "1|258|010278|"});
  CHECK(read("0001 00000003 ffff77 00000000 ffff", {SectionEnd::kExact, 32767, 2}) ==
        Entries{"1|32767|7fff77|"});
}

TEST_CASE("an end mark alone is a key group without entries", "[canonical]") {
  CHECK(read("ffff").empty());
}

TEST_CASE("after the end there is nothing, however often one asks", "[canonical]") {
  const ByteVector bytes = from_hex("0000 00000002 8501 00000000 ffff");
  ByteReader in(bytes, "f");
  CanonicalKeyGroup group(in, SectionEnd::kExact, 5, 1, 1);
  KeyedEntry entry;
  CHECK(group.next(entry));
  CHECK_FALSE(group.next(entry));
  CHECK_FALSE(group.next(entry));
}

TEST_CASE("a key of another key group is an error", "[canonical]") {
  CHECK(error_of("0000 00000002 8601 00000000 ffff") ==
        "f: offset 0x102: a key of key group 6 in the section of key group 5");
  CHECK(error_of("0000 00000003 800601 00000000 ffff", {SectionEnd::kExact, 5, 2}) ==
        "f: offset 0x102: a key of key group 6 in the section of key group 5");
}

TEST_CASE("a state comes once in a key group", "[canonical]") {
  CHECK(error_of("0001 00000002 8501 00000000 0001 00000002 8502 00000000 ffff") ==
        "f: offset 0x10c: state id 1 comes twice in the key group");
}

TEST_CASE("a state id is below the number of states", "[canonical]") {
  CHECK(error_of("0003 00000002 8501 00000000 ffff") ==
        "f: offset 0x100: state id = 3, the stream describes 3 states");
  CHECK(error_of("fffe 00000002 8501 00000000 ffff") ==
        "f: offset 0x100: state id = 65534, the stream describes 3 states");
}

TEST_CASE("a key holds more than its key group", "[canonical]") {
  CHECK(error_of("0000 00000000 00000000 ffff") ==
        "f: offset 0x102: a key of 0 bytes has no room for more than its key group");
  CHECK(error_of("0000 00000001 85 00000000 ffff") ==
        "f: offset 0x102: a key of 1 bytes has no room for more than its key group");
  CHECK(error_of("0000 00000002 8005 00000000 ffff", {SectionEnd::kExact, 5, 2}) ==
        "f: offset 0x102: a key of 2 bytes has no room for more than its key group");
}

TEST_CASE("lengths must fit in what is left", "[canonical]") {
  CHECK(error_of("0000 ffffffff 8501 00000000 ffff") == "f: offset 0x102: key = -1 is negative");
  CHECK(error_of("0000 00000009 8501 00000000 ffff") ==
        "f: offset 0x102: key = 9 cannot fit in the 8 bytes left");
  CHECK(error_of("0000 00000002 8501 7fffffff ffff") ==
        "f: offset 0x108: value = 2147483647 cannot fit in the 2 bytes left");
}

TEST_CASE("a section that ends without its mark is an error", "[canonical]") {
  CHECK(error_of("") == "f: offset 0x100: state id needs 2 bytes, 0 are left");
  CHECK(error_of("0000 00000002 8501 00000000") ==
        "f: offset 0x10c: state id needs 2 bytes, 0 are left");
  // Without a last key the walk goes on and takes the mark for a length.
  CHECK(error_of("0000 00000002 0501 00000000 ffff") ==
        "f: offset 0x10c: key needs 4 bytes, 2 are left");
}

TEST_CASE("bytes behind the end mark", "[canonical]") {
  CHECK(error_of("0000 00000002 8501 00000000 ffff aabb") ==
        "f: offset 0x10e: 2 bytes left after the end of the key group");
  // The last section of a handle may be followed by key groups of another one.
  CHECK(read("0000 00000002 8501 00000000 ffff aabb", {SectionEnd::kAtMost}) ==
        Entries{"0|5|0501|"});
}

}  // namespace savvy
