#include "format/operator_stream.h"

#include <fmt/format.h>

#include "format/element_count.h"
#include "format/errors.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::int32_t kPlainVersion = 5;
constexpr std::int32_t kNewestVersion = 6;

std::int32_t decode_version(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const std::int32_t version = in.i32("version of the operator state");
  if (version >= 1 && version < kPlainVersion) {
    throw UnsupportedError(fmt::format(
        "{}: offset {:#x}: operator state of format version {} was written by Flink 1.6 or older; "
        "take a savepoint with Flink 1.8 to 1.16 first",
        in.file(), at, version));
  }
  if (version < 1 || version > kNewestVersion) {
    in.fail_at(at, fmt::format("version of the operator state = {}, expected 5 or 6", version));
  }
  return version;
}

// What reads the elements relies on these.
void require_serializers(const ByteReader& in, std::uint64_t at, const StateMeta& state) {
  const auto require = [&](std::string_view role) {
    if (state.serializer(role) != nullptr) return;
    in.fail_at(at, fmt::format("the description of \"{}\" has no {}", state.name, role));
  };
  require(kValueSerializer);
  if (state.type == BackendStateType::kBroadcast) require(kKeySerializer);
}

std::vector<StateMeta> decode_states(ByteReader& in, const SerializerRegistry& registry,
                                     BackendStateType expected, std::string_view what) {
  const Within place(in, what);
  const std::uint64_t at = in.offset();
  const std::int16_t count = in.i16("state count");
  if (count < 0) in.fail_at(at, fmt::format("state count = {} is negative", count));
  std::vector<StateMeta> states;
  for (int i = 0; i < count; ++i) {
    const Within state_place(in, "state", i);
    const std::uint64_t state_at = in.offset();
    states.push_back(decode_state_meta(
        in, registry, i + 1 < count ? StateFollower::kState : StateFollower::kOther));
    if (states.back().type != expected) {
      in.fail_at(state_at,
                 fmt::format("\"{}\" is of kind {}, expected {}", states.back().name,
                             static_cast<int>(states.back().type), static_cast<int>(expected)));
    }
    require_serializers(in, state_at, states.back());
  }
  return states;
}

void encode_states(const std::vector<StateMeta>& states, ByteWriter& out) {
  out.i16(static_cast<std::int16_t>(states.size()));
  for (const StateMeta& state : states) encode_state_meta(state, out);
}

}  // namespace

OperatorStreamHead decode_operator_stream_head(ByteReader& in, const SerializerRegistry& registry) {
  const Within place(in, "head of the operator state");
  OperatorStreamHead head;
  head.version = decode_version(in);
  head.compressed = head.version > kPlainVersion && in.boolean("compression flag");
  head.list_states = decode_states(in, registry, BackendStateType::kOperator, "list states");
  head.broadcast_states =
      decode_states(in, registry, BackendStateType::kBroadcast, "broadcast states");
  return head;
}

std::size_t decode_broadcast_map_size(ByteReader& in, const Type& key, const Type& value) {
  return element_count(in, key.min_bytes() + value.min_bytes(), "broadcast map size");
}

void encode_operator_stream_head(const OperatorStreamHead& head, ByteWriter& out) {
  out.i32(head.version);
  if (head.version > kPlainVersion) out.boolean(head.compressed);
  encode_states(head.list_states, out);
  encode_states(head.broadcast_states, out);
}

}  // namespace savvy
