// The description of one registered state, as keyed and operator streams carry it in their heads.
//
// Bytes   utf name | i32 kind ordinal | i32 n, n x (utf option, utf value)
//         | i32 n, n x (utf role, proxied serializer snapshot)
// Values  roles: VALUE_SERIALIZER, NAMESPACE_SERIALIZER, KEY_SERIALIZER, USER_KEY_SERIALIZER;
//         options and serializers come in hash-map order, any order is accepted and kept
// Errors  FormatError for bytes that break this; UnsupportedError from a serializer snapshot of a
//         class unknown here whose end is not given away by what follows it either
// Lives   owns its memory; the serializer snapshots are kept as stored, so that encoding gives back
//         the same bytes
// Source  StateMetaInfoSnapshotReadersWriters formats 6 and 7 (Flink 1.7 to 2.x)

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/byte_reader.h"
#include "format/byte_writer.h"
#include "format/serializer_registry.h"
#include "format/type.h"

namespace savvy {

// Ordinals of StateMetaInfoSnapshot.BackendStateType: written to disk, never change.
enum class BackendStateType : std::int32_t {
  kKeyValue = 0,
  kOperator = 1,
  kBroadcast = 2,
  kPriorityQueue = 3,
  kKeyValueV2 = 4,
};

struct SerializerSnapshot {
  ByteVector stored;  // the proxied snapshot as it stands in the file
  TypePtr type;
};

// Reads one proxied snapshot and keeps its bytes.
SerializerSnapshot read_serializer_snapshot(ByteReader& in, const SerializerRegistry& registry);

struct StateMeta {
  std::string name;
  BackendStateType type = BackendStateType::kKeyValue;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::pair<std::string, SerializerSnapshot>> serializers;

  // The value of an option; nothing if it is not there.
  std::optional<std::string_view> option(std::string_view key) const;
  // The type behind a role; null if it is not there.
  TypePtr serializer(std::string_view role) const;
};

// What stands behind the description; it helps to get past a serializer snapshot of unknown class.
enum class StateFollower { kState, kOther };

StateMeta decode_state_meta(ByteReader& in, const SerializerRegistry& registry,
                            StateFollower follower = StateFollower::kOther);
void encode_state_meta(const StateMeta& meta, ByteWriter& out);

// Names of the roles, and of the options that say what a keyed or operator state is.
inline constexpr std::string_view kValueSerializer = "VALUE_SERIALIZER";
inline constexpr std::string_view kNamespaceSerializer = "NAMESPACE_SERIALIZER";
inline constexpr std::string_view kKeySerializer = "KEY_SERIALIZER";
inline constexpr std::string_view kUserKeySerializer = "USER_KEY_SERIALIZER";
inline constexpr std::string_view kKeyedStateType = "KEYED_STATE_TYPE";
inline constexpr std::string_view kDistributionMode = "OPERATOR_STATE_DISTRIBUTION_MODE";

}  // namespace savvy
