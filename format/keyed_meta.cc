#include "format/keyed_meta.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::int32_t kVersion = 6;  // written to disk, never change

void decode_version(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const std::int32_t version = in.i32("version of the keyed meta block");
  if (version == kVersion) return;
  if (version >= 1 && version < kVersion) {
    throw UnsupportedError(fmt::format(
        "{}: offset {:#x}: keyed state of format version {} was written by Flink 1.6 or older; "
        "take a savepoint with Flink 1.8 to 1.16 first",
        in.file(), at, version));
  }
  in.fail_at(at,
             fmt::format("version of the keyed meta block = {}, expected {}", version, kVersion));
}

}  // namespace

KeyedMetaBlock decode_keyed_meta_block(ByteReader& in, const SerializerRegistry& registry) {
  const Within place(in, "keyed meta block");
  KeyedMetaBlock block;
  decode_version(in);
  block.compressed = in.boolean("compression flag");
  {
    const Within key_place(in, "key serializer");
    block.key = read_serializer_snapshot(in, registry);
  }
  const std::uint64_t at = in.offset();
  const std::int16_t count = in.i16("state count");
  if (count < 0) in.fail_at(at, fmt::format("state count = {} is negative", count));
  std::set<std::pair<std::string, bool>> names;
  for (int i = 0; i < count; ++i) {
    const Within state_place(in, "state", i);
    const std::uint64_t state_at = in.offset();
    block.states.push_back(decode_state_meta(
        in, registry, i + 1 < count ? StateFollower::kState : StateFollower::kOther));
    // Backends keep states by name, and queues of timers apart from them.
    const StateMeta& state = block.states.back();
    const bool is_queue = state.type == BackendStateType::kPriorityQueue;
    if (names.emplace(state.name, is_queue).second) continue;
    in.fail_at(state_at, fmt::format("state \"{}\" is described twice", state.name));
  }
  return block;
}

void encode_keyed_meta_block(const KeyedMetaBlock& block, ByteWriter& out) {
  out.i32(kVersion);
  out.boolean(block.compressed);
  out.raw(block.key.stored);
  out.i16(static_cast<std::int16_t>(block.states.size()));
  for (const StateMeta& state : block.states) encode_state_meta(state, out);
}

}  // namespace savvy
