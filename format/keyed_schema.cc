#include "format/keyed_schema.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "format/errors.h"
#include "format/types/opaque.h"

namespace savvy {
namespace {

constexpr std::array<std::pair<std::string_view, KeyedStateKind>, 6> kKinds = {{
    {"VALUE", KeyedStateKind::kValue},
    {"LIST", KeyedStateKind::kList},
    {"MAP", KeyedStateKind::kMap},
    {"REDUCING", KeyedStateKind::kReducing},
    {"AGGREGATING", KeyedStateKind::kAggregating},
    {"FOLDING", KeyedStateKind::kFolding},
}};

KeyedStateKind kind_of(const StateMeta& state) {
  const auto option = state.option(kKeyedStateType);
  for (const auto& [word, kind] : kKinds) {
    if (option == word) return kind;
  }
  return KeyedStateKind::kUnknown;
}

[[noreturn]] void fail(std::string_view file, const StateMeta& state, std::string_view what) {
  throw FormatError(fmt::format("{}: state \"{}\": {}", file, state.name, what));
}

TypePtr required(const StateMeta& state, std::string_view role, std::string_view file) {
  TypePtr type = state.serializer(role);
  if (type == nullptr) fail(file, state, fmt::format("its description has no {}", role));
  return type;
}

// The list's element or the map's key and value out of the serializer of the whole.
void split_collection(const StateMeta& state, KeyedStateSchema& schema, std::string_view file) {
  const Shape wanted = schema.kind == KeyedStateKind::kList ? Shape::kList : Shape::kMap;
  const TypePtr whole = schema.value;
  if (whole->shape() != wanted) {
    fail(file, state,
         fmt::format("a {} state has the serializer of a {}", to_string(schema.kind),
                     whole->describe().name));
  }
  schema.user_key = wanted == Shape::kMap ? whole->children()[0] : nullptr;
  schema.value = whole->children().back();
}

void unwrap_ttl(KeyedStateSchema& schema) {
  if (schema.value == nullptr || schema.value->shape() != Shape::kTtl) return;
  schema.ttl = true;
  schema.value = schema.value->children()[0];
}

void fill_timer(const StateMeta& state, KeyedStateSchema& schema, std::string_view file) {
  const TypePtr timer = required(state, kValueSerializer, file);
  if (timer->shape() != Shape::kTimer) {
    fail(file, state,
         fmt::format("a priority queue of {} is not a timer queue", timer->describe().name));
  }
  schema.kind = KeyedStateKind::kTimer;
  schema.key = timer->children()[0];
  schema.name_space = timer->children()[1];
}

void fill_v2(const StateMeta& state, KeyedStateSchema& schema) {
  schema.v2 = true;
  schema.user_key = state.serializer(kUserKeySerializer);
  if (schema.kind == KeyedStateKind::kMap && schema.user_key == nullptr) {
    schema.user_key = std::make_shared<OpaqueType>(SnapshotHead{}, "map key",
                                                   "the snapshot has no serializer of map keys");
  }
}

}  // namespace

std::string_view to_string(KeyedStateKind kind) {
  switch (kind) {
    case KeyedStateKind::kValue:
      return "value";
    case KeyedStateKind::kList:
      return "list";
    case KeyedStateKind::kMap:
      return "map";
    case KeyedStateKind::kReducing:
      return "reducing";
    case KeyedStateKind::kAggregating:
      return "aggregating";
    case KeyedStateKind::kFolding:
      return "folding";
    case KeyedStateKind::kUnknown:
    case KeyedStateKind::kTimer:
      break;
  }
  return {};
}

TypePtr unknown_key_type() {
  return std::make_shared<OpaqueType>(SnapshotHead{"key without a serializer", 0}, "key",
                                      "the snapshot has no serializer of keys");
}

KeyedStateSchema keyed_state_schema(const KeyedMetaBlock& block, const StateMeta& state,
                                    std::string_view file) {
  KeyedStateSchema schema;
  schema.name = state.name;
  if (state.type == BackendStateType::kPriorityQueue) {
    fill_timer(state, schema, file);
    return schema;
  }
  if (state.type == BackendStateType::kOperator || state.type == BackendStateType::kBroadcast) {
    fail(file, state, "operator state in a keyed stream");
  }
  schema.kind = kind_of(state);
  schema.key = block.key.type;
  schema.name_space = required(state, kNamespaceSerializer, file);
  schema.value = required(state, kValueSerializer, file);
  schema.key_lengths = schema.key->fixed_length() < 0 && schema.name_space->fixed_length() < 0;
  const bool collection =
      schema.kind == KeyedStateKind::kList || schema.kind == KeyedStateKind::kMap;
  if (state.type == BackendStateType::kKeyValueV2) {
    fill_v2(state, schema);
  } else if (collection) {
    split_collection(state, schema, file);
  }
  unwrap_ttl(schema);
  return schema;
}

std::vector<KeyedStateSchema> keyed_state_schemas(const KeyedMetaBlock& block,
                                                  std::string_view file) {
  std::vector<KeyedStateSchema> schemas;
  schemas.reserve(block.states.size());
  for (const StateMeta& state : block.states) {
    schemas.push_back(keyed_state_schema(block, state, file));
  }
  return schemas;
}

}  // namespace savvy
