#include "format/key_value_v2.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "format/byte_writer.h"
#include "format/errors.h"
#include "format/map_value.h"
#include "format/types/class_names.h"

namespace savvy {
namespace {

// Written to disk, never change; serializer_registry.h shows the bytes.
constexpr std::int32_t kProxyVersion = 2;
constexpr std::int32_t kCompositeVersion = 3;
constexpr std::int32_t kCompositeMagic = 911108;
constexpr std::int32_t kNestedMagic = 1333245;
constexpr std::int32_t kNestedVersion = 1;
// ListSerializerSnapshot and MapSerializerSnapshot.
constexpr std::int32_t kCollectionVersion = 1;

// The snapshot behind the version of its proxy.
Bytes without_proxy(const SerializerSnapshot& snapshot, std::string_view where) {
  ByteReader in(snapshot.stored, where);
  const std::int32_t version = in.i32("version of a serializer's proxy");
  if (version != kProxyVersion) {
    throw UnsupportedError(
        fmt::format("{}: a KEY_VALUE_V2 state with a serializer proxy of version {}; expected {}",
                    where, version, kProxyVersion));
  }
  return in.rest("serializer snapshot");
}

SerializerSnapshot collection_of(std::string_view class_name,
                                 const std::vector<SerializerSnapshot>& parts,
                                 const SerializerRegistry& registry, std::string_view where) {
  ByteWriter out;
  out.i32(kProxyVersion);
  out.utf(join(kBase, class_name));
  out.i32(kCompositeVersion);
  out.i32(kCompositeMagic);
  out.i32(kCollectionVersion);
  out.i32(kNestedMagic);
  out.i32(kNestedVersion);
  out.count(parts.size());
  for (const SerializerSnapshot& part : parts) out.raw(without_proxy(part, where));
  ByteReader in(out.bytes(), where);
  return read_serializer_snapshot(in, registry);
}

SerializerSnapshot* find_role(StateMeta& state, std::string_view role) {
  const auto found = std::find_if(state.serializers.begin(), state.serializers.end(),
                                  [&](const auto& entry) { return entry.first == role; });
  return found == state.serializers.end() ? nullptr : &found->second;
}

void wrap_list(StateMeta& state, const SerializerRegistry& registry, std::string_view where) {
  SerializerSnapshot* element = find_role(state, kValueSerializer);
  *element = collection_of("ListSerializerSnapshot", {*element}, registry, where);
}

void wrap_map(StateMeta& state, const SerializerRegistry& registry, std::string_view where) {
  const SerializerSnapshot* key = find_role(state, kUserKeySerializer);
  SerializerSnapshot* value = find_role(state, kValueSerializer);
  if (key == nullptr) {
    throw UnsupportedError(fmt::format(
        "{}: state \"{}\" is a KEY_VALUE_V2 map without a serializer of its keys, which a "
        "KEY_VALUE state needs",
        where, state.name));
  }
  *value = collection_of("MapSerializerSnapshot", {*key, *value}, registry, where);
  std::erase_if(state.serializers,
                [](const auto& entry) { return entry.first == kUserKeySerializer; });
}

}  // namespace

KeyedMetaBlock as_key_value(KeyedMetaBlock block, const SerializerRegistry& registry,
                            std::string_view where) {
  for (StateMeta& state : block.states) {
    if (state.type != BackendStateType::kKeyValueV2) continue;
    const KeyedStateKind kind = keyed_state_schema(block, state, where).kind;
    if (kind == KeyedStateKind::kList) wrap_list(state, registry, where);
    if (kind == KeyedStateKind::kMap) wrap_map(state, registry, where);
    state.type = BackendStateType::kKeyValue;
  }
  return block;
}

bool changes_as_key_value(const KeyedStateSchema& state) {
  return state.v2 && state.kind == KeyedStateKind::kMap;
}

void append_key_value(const KeyedStateSchema& state, Bytes stored, std::string_view file,
                      ByteVector& out) {
  const MapValue value = split_map_value(state, stored, file);
  out.push_back(value.is_null ? 1 : 0);
  out.insert(out.end(), value.value.begin(), value.value.end());
}

}  // namespace savvy
