#include "format/key_value_v2.h"

#include <catch2/catch.hpp>
#include <string>

#include "format/errors.h"
#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/snapshot_bytes.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

const SerializerRegistry& registry() {
  static const SerializerRegistry all = make_serializer_registry();
  return all;
}

SerializerSnapshot serializer(const Snapshot& inner) {
  const ByteVector bytes = proxy_of(inner);
  ByteReader in(bytes, "snapshot");
  return read_serializer_snapshot(in, registry());
}

StateMeta v2_state(const std::string& kind, const Snapshot& value) {
  return {"s",
          BackendStateType::kKeyValueV2,
          {{std::string(kKeyedStateType), kind}},
          {{std::string(kValueSerializer), serializer(value)},
           {std::string(kNamespaceSerializer), serializer(base_snapshot("Long"))}}};
}

// The only state of a block, described anew.
StateMeta converted(const StateMeta& state) {
  const KeyedMetaBlock block{false, serializer(base_snapshot("Int")), {state}};
  return as_key_value(block, registry(), "operator \"a\"").states.front();
}

// The stored snapshot of a role.
ByteVector stored(const StateMeta& state, std::string_view role) {
  for (const auto& [name, snapshot] : state.serializers) {
    if (name == role) return snapshot.stored;
  }
  return {};
}

const Snapshot kInt = base_snapshot("Int");
const Snapshot kString = base_snapshot("String");

}  // namespace

TEST_CASE("values keep their serializer", "[key_value_v2]") {
  for (const std::string kind : {"VALUE", "REDUCING", "AGGREGATING"}) {
    const StateMeta state = converted(v2_state(kind, kInt));
    CHECK(state.type == BackendStateType::kKeyValue);
    CHECK(state.option(kKeyedStateType) == kind);
    CHECK(stored(state, kValueSerializer) == proxy_of(kInt));
    CHECK(stored(state, kNamespaceSerializer) == proxy_of(base_snapshot("Long")));
  }
}

TEST_CASE("elements get a list around them", "[key_value_v2]") {
  const StateMeta state = converted(v2_state("LIST", kInt));
  CHECK(state.type == BackendStateType::kKeyValue);
  CHECK(stored(state, kValueSerializer) == proxy_of(list_of(kInt)));
}

TEST_CASE("keys and values get a map around them", "[key_value_v2]") {
  StateMeta map = v2_state("MAP", kInt);
  map.serializers.emplace_back(kUserKeySerializer, serializer(kString));
  const StateMeta state = converted(map);
  CHECK(state.type == BackendStateType::kKeyValue);
  CHECK(stored(state, kValueSerializer) == proxy_of(map_of(kString, kInt)));
  CHECK(state.serializers.size() == 2);
}

TEST_CASE("a map that does not say what its keys are is refused", "[key_value_v2]") {
  const std::string message =
      message_of<UnsupportedError>([&] { converted(v2_state("MAP", kInt)); });
  CHECK(message.find("operator \"a\": state \"s\"") == 0);
}

TEST_CASE("other states stay as they are", "[key_value_v2]") {
  StateMeta list = v2_state("LIST", list_of(kInt));
  list.type = BackendStateType::kKeyValue;
  CHECK(stored(converted(list), kValueSerializer) == proxy_of(list_of(kInt)));
}

TEST_CASE("a map's value gets the flag that it lacks", "[key_value_v2]") {
  KeyedStateSchema map;
  map.kind = KeyedStateKind::kMap;
  map.value = int_type();
  map.v2 = true;
  const auto as_v1 = [&](const std::string& hex) {
    ByteVector out;
    append_key_value(map, from_hex(hex), "f", out);
    return to_hex_text(out);
  };
  CHECK(as_v1("00000007") == "0000000007");
  CHECK(as_v1("00 00000007") == "0000000007");
  CHECK(as_v1("01") == "01");
  CHECK(as_v1("01 00000000") == "01");
  CHECK(changes_as_key_value(map));
  map.v2 = false;
  CHECK(!changes_as_key_value(map));
}

}  // namespace savvy
