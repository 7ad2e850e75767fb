#include "format/state_meta.h"

#include <fmt/format.h>

#include "format/byte_units.h"
#include "format/detail/snapshot_resync.h"
#include "format/errors.h"
#include "format/types/opaque.h"

namespace savvy {
namespace {

// A name or role, an empty value: the least that an option or a serializer takes.
constexpr std::size_t kMinOptionBytes = 4;
constexpr std::size_t kMinSerializerBytes = 2 + 4 + 2 + 4;

BackendStateType decode_backend_state_type(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const std::int32_t ordinal = in.i32("state type");
  if (ordinal < 0 || ordinal > static_cast<std::int32_t>(BackendStateType::kKeyValueV2)) {
    in.fail_at(at, fmt::format("state type = {}, expected 0 to 4", ordinal));
  }
  return static_cast<BackendStateType>(ordinal);
}

// The type for a snapshot that was refused with `error`, after moving past it; null if its end is
// unknown.
TypePtr skip_unknown_snapshot(ByteReader& in, SnapshotFollower follower,
                              const UnsupportedError& error) {
  constexpr std::size_t kLongestPayload = 64 * kKiB;
  in.i32("serializer proxy version");
  SnapshotHead head{in.utf("snapshot class"), 0};
  head.version = in.i32("snapshot version");
  const std::optional<std::size_t> size = find_follower(in.peek(kLongestPayload), follower);
  if (!size) return nullptr;
  in.take(*size, "snapshot payload");
  return make_opaque_type(std::move(head), error);
}

// A serializer in the description of a state. Here a class unknown to the registry is normal work
// (user serializers), so its error is caught and the stream resynchronized.
SerializerSnapshot read_state_serializer(ByteReader& in, const SerializerRegistry& registry,
                                         SnapshotFollower follower) {
  in.begin_entry();
  const std::uint64_t start = in.offset();
  TypePtr type;
  try {
    type = SnapshotReader(in, registry).read_proxy();
  } catch (const UnsupportedError& error) {
    in.rewind(start);
    type = skip_unknown_snapshot(in, follower, error);
    if (type == nullptr) throw;
  }
  const Bytes stored = in.bytes_since(start);
  return {{stored.begin(), stored.end()}, std::move(type)};
}

}  // namespace

SerializerSnapshot read_serializer_snapshot(ByteReader& in, const SerializerRegistry& registry) {
  in.begin_entry();
  const std::uint64_t start = in.offset();
  TypePtr type = SnapshotReader(in, registry).read_proxy();
  const Bytes stored = in.bytes_since(start);
  return {{stored.begin(), stored.end()}, std::move(type)};
}

std::optional<std::string_view> StateMeta::option(std::string_view key) const {
  for (const auto& [name_of_option, value] : options) {
    if (name_of_option == key) return value;
  }
  return std::nullopt;
}

TypePtr StateMeta::serializer(std::string_view role) const {
  for (const auto& [name_of_role, snapshot] : serializers) {
    if (name_of_role == role) return snapshot.type;
  }
  return nullptr;
}

StateMeta decode_state_meta(ByteReader& in, const SerializerRegistry& registry,
                            StateFollower follower) {
  StateMeta meta;
  meta.name = in.utf("state name");
  const Within place(in, meta.name);
  meta.type = decode_backend_state_type(in);
  const std::size_t options = in.count(kMinOptionBytes, "option count");
  for (std::size_t i = 0; i < options; ++i) {
    std::string key = in.utf("option");
    std::string value = in.utf("option value");
    meta.options.emplace_back(std::move(key), std::move(value));
  }
  const std::size_t serializers = in.count(kMinSerializerBytes, "serializer count");
  for (std::size_t i = 0; i < serializers; ++i) {
    std::string role = in.utf("serializer role");
    const Within role_place(in, role);
    const SnapshotFollower behind = i + 1 < serializers ? SnapshotFollower::kSerializer
                                    : follower == StateFollower::kState
                                        ? SnapshotFollower::kState
                                        : SnapshotFollower::kUnknown;
    SerializerSnapshot snapshot = read_state_serializer(in, registry, behind);
    meta.serializers.emplace_back(std::move(role), std::move(snapshot));
  }
  return meta;
}

void encode_state_meta(const StateMeta& meta, ByteWriter& out) {
  out.utf(meta.name);
  out.i32(static_cast<std::int32_t>(meta.type));
  out.count(meta.options.size());
  for (const auto& [key, value] : meta.options) {
    out.utf(key);
    out.utf(value);
  }
  out.count(meta.serializers.size());
  for (const auto& [role, snapshot] : meta.serializers) {
    out.utf(role);
    out.raw(snapshot.stored);
  }
}

}  // namespace savvy
