// KEY_VALUE_V2 states described as KEY_VALUE states, which every backend restores.
//
// Only ForSt's asynchronous backend writes KEY_VALUE_V2. Keys and values are stored alike, but for a
// map's values (map_value.h); the description differs: it has the serializers of a list's elements
// or of a map's keys and values where KEY_VALUE has one serializer of the whole.
//
// Errors  UnsupportedError, naming the state: a map without a serializer of its keys
// Source  RegisteredStateMetaInfoUtils, RegisteredKeyAndUserKeyValueStateBackendMetaInfo

#pragma once

#include <string_view>

#include "format/keyed_meta.h"
#include "format/keyed_schema.h"
#include "format/serializer_registry.h"

namespace savvy {

// All else is kept. `where` names the operator in errors; the new serializers are read with
// `registry`.
KeyedMetaBlock as_key_value(KeyedMetaBlock block, const SerializerRegistry& registry,
                            std::string_view where);

// Whether values of the state are stored otherwise under its KEY_VALUE description.
bool changes_as_key_value(const KeyedStateSchema& state);

// Such a value, as a KEY_VALUE state stores it: u8 null flag | value. `file` names the snapshot's
// file in errors; the bytes go to `out`.
void append_key_value(const KeyedStateSchema& state, Bytes stored, std::string_view file,
                      ByteVector& out);

}  // namespace savvy
