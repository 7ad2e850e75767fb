#include "format/map_value.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

std::string split(const KeyedStateSchema& state, const std::string& hex) {
  const ByteVector bytes = from_hex(hex);
  const MapValue value = split_map_value(state, bytes, "f");
  return value.is_null ? "null" : to_hex_text(value.value);
}

KeyedStateSchema map_of_ints(bool v2, bool ttl = false) {
  KeyedStateSchema state;
  state.name = "s";
  state.kind = KeyedStateKind::kMap;
  state.value = int_type();
  state.v2 = v2;
  state.ttl = ttl;
  return state;
}

}  // namespace

TEST_CASE("a map value stands behind its null flag", "[map_value]") {
  for (const bool v2 : {false, true}) {
    CHECK(split(map_of_ints(v2), "00 00000007") == "00000007");
    CHECK(split(map_of_ints(v2), "01") == "null");
    // Some writers let the serializer write its null behind the flag.
    CHECK(split(map_of_ints(v2), "01 00000000") == "null");
    CHECK(first_line_of([&] { split(map_of_ints(v2), ""); }) != "no error");
  }
}

TEST_CASE("a version 2 map may leave the flag out", "[map_value]") {
  CHECK(split(map_of_ints(true), "00000007") == "00000007");
  CHECK(split(map_of_ints(true), "01000000") == "01000000");
  CHECK(split(map_of_ints(true), "ff000000") == "ff000000");
  CHECK(split(map_of_ints(true, true), "0000000000000001 00000007") == "000000000000000100000007");
  CHECK(split(map_of_ints(true, true), "00 0000000000000001 00000007") ==
        "000000000000000100000007");
  // Others may not: their first byte is a flag.
  CHECK(split(map_of_ints(false), "00000007") == "000007");
  CHECK(split(map_of_ints(false), "01000000") == "null");
}

}  // namespace savvy
