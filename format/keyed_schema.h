// What is needed to take the entries of one keyed state apart, worked out from its description.
//
// Values  the types are those of the parts as they are stored: `value` is a list's element or a
//         map's value, without the TTL wrapper, which `ttl` stands for
// Errors  FormatError if a description lacks a serializer its kind needs
// Source  RegisteredKeyValueStateBackendMetaInfo, RegisteredStateMetaInfoUtils (KEY_VALUE_V2)

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/keyed_meta.h"
#include "format/type.h"

namespace savvy {

enum class KeyedStateKind {
  kValue,
  kList,
  kMap,
  kReducing,
  kAggregating,
  kFolding,
  kUnknown,  // very old descriptions do not say; the value is one whole
  kTimer,
};

// The word for a kind in rows and tables ("value", "list", ...); empty for kUnknown and kTimer.
std::string_view to_string(KeyedStateKind kind);

struct KeyedStateSchema {
  std::string name;
  KeyedStateKind kind = KeyedStateKind::kValue;
  TypePtr key;
  TypePtr name_space;
  TypePtr user_key;  // map only
  TypePtr value;     // null for timers
  bool ttl = false;  // an i64 last-access time stands in front of each value
  bool v2 = false;   // KEY_VALUE_V2: ForSt's async backend
  bool key_lengths =
      false;  // key and namespace are both of variable length: each is followed by its length
};

// Stands for the type of keys that no serializer is stored for.
TypePtr unknown_key_type();

KeyedStateSchema keyed_state_schema(const KeyedMetaBlock& block, const StateMeta& state,
                                    std::string_view file);

std::vector<KeyedStateSchema> keyed_state_schemas(const KeyedMetaBlock& block,
                                                  std::string_view file);

}  // namespace savvy
