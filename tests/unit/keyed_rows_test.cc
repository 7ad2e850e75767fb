#include "cli/keyed_rows.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hex.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

// One entry of a map state as a row.
std::string row_of(const TypePtr& key, const std::string& composite_key, const std::string& value) {
  KeyedStateSchema state;
  state.name = "s";
  state.kind = KeyedStateKind::kMap;
  state.key = key;
  state.name_space = void_type();
  state.user_key = int_type();
  state.value = int_type();
  const std::vector<KeyedStateSchema> states = {state};
  RowHeadFields fields;
  fields.kind = "keyed";
  const std::vector<RowHead> heads = {RowHead(fields, RowFormat::kJsonl)};
  const RowFilter filter{RowFilterOptions{}};
  RowBuffer rows(RowFormat::kJsonl, Int64Style::kNumber);
  const ByteVector key_bytes = from_hex(composite_key);
  const ByteVector value_bytes = from_hex(value);
  KeyedEntry entry;
  entry.key_group = 5;
  entry.composite_key = key_bytes;
  entry.value = value_bytes;
  KeyedRows(states, heads, filter, RowContent::kWhole, 1, "f", rows).add(entry);
  return rows.text();
}

}  // namespace

TEST_CASE("a map entry is a row with its map key", "[keyed_rows]") {
  CHECK(row_of(int_type(), "05 00000001 00 00000002", "00 00000007") ==
        "{\"kind\":\"keyed\",\"key_group\":5,\"state_key\":1,\"map_key\":2,\"map_value\":7}\n");
  CHECK(row_of(int_type(), "05 00000001 00 00000002", "01") ==
        "{\"kind\":\"keyed\",\"key_group\":5,\"state_key\":1,\"map_key\":2,\"map_value\":null}\n");
}

TEST_CASE("behind a key of an unknown type a map value still has its null flag", "[keyed_rows]") {
  const std::string known = row_of(unknown_type(), "05 AABB", "00 00000007");
  CHECK(known.find("\"map_value\":7}") != std::string::npos);
  CHECK(known.find("\"$base64\":\"qrs=\"") != std::string::npos);
  const std::string null = row_of(unknown_type(), "05 AABB", "01");
  CHECK(null.find("\"map_value\":null}") != std::string::npos);
}

}  // namespace savvy
