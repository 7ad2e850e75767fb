#include "format/keyed_schema.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/message_of.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

TypePtr shell(Shape shape, std::vector<TypePtr> children) {
  return std::make_shared<ShellType>("Shell", shape, std::move(children));
}

KeyedMetaBlock block_of(TypePtr key) {
  KeyedMetaBlock block;
  block.key.type = std::move(key);
  return block;
}

StateMeta state_of(std::string kind, TypePtr value, TypePtr name_space = void_type()) {
  StateMeta state;
  state.name = "s";
  state.options = {{"KEYED_STATE_TYPE", std::move(kind)}};
  state.serializers = {{"VALUE_SERIALIZER", {{}, std::move(value)}},
                       {"NAMESPACE_SERIALIZER", {{}, std::move(name_space)}}};
  return state;
}

KeyedStateSchema schema_of(const StateMeta& state, TypePtr key = int_type()) {
  return keyed_state_schema(block_of(std::move(key)), state, "f");
}

std::string error_of(const StateMeta& state) {
  return message_of([&] { schema_of(state); });
}

std::string name_of(const TypePtr& type) { return type ? type->describe().name : "none"; }

}  // namespace

TEST_CASE("the kind of a state", "[keyed_schema]") {
  CHECK(schema_of(state_of("VALUE", int_type())).kind == KeyedStateKind::kValue);
  CHECK(schema_of(state_of("REDUCING", int_type())).kind == KeyedStateKind::kReducing);
  CHECK(schema_of(state_of("AGGREGATING", int_type())).kind == KeyedStateKind::kAggregating);
  CHECK(schema_of(state_of("FOLDING", int_type())).kind == KeyedStateKind::kFolding);
  CHECK(schema_of(state_of("UNKNOWN", int_type())).kind == KeyedStateKind::kUnknown);
  StateMeta silent = state_of("", int_type());
  silent.options.clear();
  CHECK(schema_of(silent).kind == KeyedStateKind::kUnknown);
}

TEST_CASE("lists and maps are described by what they hold", "[keyed_schema]") {
  const KeyedStateSchema list = schema_of(state_of("LIST", shell(Shape::kList, {text_type()})));
  CHECK(list.kind == KeyedStateKind::kList);
  CHECK(name_of(list.value) == "Text");
  CHECK(name_of(list.user_key) == "none");
  const KeyedStateSchema map =
      schema_of(state_of("MAP", shell(Shape::kMap, {text_type(), int_type()})));
  CHECK(map.kind == KeyedStateKind::kMap);
  CHECK(name_of(map.user_key) == "Text");
  CHECK(name_of(map.value) == "Int");
  // The value of a value state may be a list; it stays one whole.
  CHECK(name_of(schema_of(state_of("VALUE", shell(Shape::kList, {text_type()}))).value) == "Shell");
}

TEST_CASE("a TTL stands around values, elements and map values", "[keyed_schema]") {
  const TypePtr ttl = shell(Shape::kTtl, {int_type()});
  for (const StateMeta& state :
       {state_of("VALUE", ttl), state_of("LIST", shell(Shape::kList, {ttl})),
        state_of("MAP", shell(Shape::kMap, {text_type(), ttl}))}) {
    const KeyedStateSchema schema = schema_of(state);
    CHECK(schema.ttl);
    CHECK(name_of(schema.value) == "Int");
  }
  CHECK_FALSE(schema_of(state_of("VALUE", int_type())).ttl);
}

TEST_CASE("lengths stand in keys if both parts vary", "[keyed_schema]") {
  CHECK(schema_of(state_of("VALUE", int_type(), text_type()), text_type()).key_lengths);
  CHECK_FALSE(schema_of(state_of("VALUE", int_type(), text_type()), int_type()).key_lengths);
  CHECK_FALSE(schema_of(state_of("VALUE", int_type(), void_type()), text_type()).key_lengths);
}

TEST_CASE("a timer queue has its own key and namespace", "[keyed_schema]") {
  StateMeta queue = state_of("", shell(Shape::kTimer, {text_type(), text_type()}));
  queue.type = BackendStateType::kPriorityQueue;
  const KeyedStateSchema schema = schema_of(queue);
  CHECK(schema.kind == KeyedStateKind::kTimer);
  CHECK(name_of(schema.key) == "Text");
  CHECK(name_of(schema.name_space) == "Text");
  CHECK(schema.value == nullptr);
  CHECK_FALSE(schema.key_lengths);
}

TEST_CASE("KEY_VALUE_V2 describes elements without a list or map around them", "[keyed_schema]") {
  StateMeta list = state_of("LIST", text_type());
  list.type = BackendStateType::kKeyValueV2;
  CHECK(schema_of(list).v2);
  CHECK(name_of(schema_of(list).value) == "Text");
  StateMeta map = state_of("MAP", int_type());
  map.type = BackendStateType::kKeyValueV2;
  map.serializers.push_back({"USER_KEY_SERIALIZER", {{}, text_type()}});
  CHECK(name_of(schema_of(map).user_key) == "Text");
  CHECK(name_of(schema_of(map).value) == "Int");
}

TEST_CASE("a KEY_VALUE_V2 map may lack the serializer of its keys", "[keyed_schema]") {
  StateMeta map = state_of("MAP", int_type());
  map.type = BackendStateType::kKeyValueV2;
  const KeyedStateSchema schema = schema_of(map);
  REQUIRE(schema.user_key != nullptr);
  CHECK_FALSE(schema.user_key->walkable());
}

TEST_CASE("descriptions that lack what their kind needs", "[keyed_schema]") {
  StateMeta no_value = state_of("VALUE", int_type());
  no_value.serializers.erase(no_value.serializers.begin());
  CHECK(error_of(no_value) == "f: state \"s\": its description has no VALUE_SERIALIZER");
  StateMeta no_namespace = state_of("VALUE", int_type());
  no_namespace.serializers.pop_back();
  CHECK(error_of(no_namespace) == "f: state \"s\": its description has no NAMESPACE_SERIALIZER");
  CHECK(error_of(state_of("LIST", int_type())) ==
        "f: state \"s\": a list state has the serializer of a Int");
  CHECK(error_of(state_of("MAP", shell(Shape::kList, {int_type()}))) ==
        "f: state \"s\": a map state has the serializer of a Shell");
  StateMeta queue = state_of("", int_type());
  queue.type = BackendStateType::kPriorityQueue;
  CHECK(error_of(queue) == "f: state \"s\": a priority queue of Int is not a timer queue");
  StateMeta foreign = state_of("VALUE", int_type());
  foreign.type = BackendStateType::kBroadcast;
  CHECK(error_of(foreign) == "f: state \"s\": operator state in a keyed stream");
}

}  // namespace savvy
