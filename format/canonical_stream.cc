#include "format/canonical_stream.h"

#include <fmt/format.h>

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::uint16_t kEndOfKeyGroup = 0xFFFF;
constexpr std::uint8_t kLastOfState = 0x80;

}  // namespace

CanonicalKeyGroup::CanonicalKeyGroup(ByteReader& in, SectionEnd section_end, std::int32_t key_group,
                                     int prefix_bytes, std::size_t state_count)
    : in_(in),
      section_end_(section_end),
      key_group_(key_group),
      prefix_bytes_(static_cast<std::size_t>(prefix_bytes)),
      seen_(state_count) {}

void CanonicalKeyGroup::read_state_id() {
  const std::uint64_t at = in_.offset();
  const std::uint16_t id = in_.u16("state id");
  if (id == kEndOfKeyGroup) {
    if (section_end_ == SectionEnd::kExact) in_.expect_end("the key group");
    done_ = true;
    return;
  }
  if (id >= seen_.size()) {
    in_.fail_at(at, fmt::format("state id = {}, the stream describes {} states", id, seen_.size()));
  }
  if (seen_[id]) in_.fail_at(at, fmt::format("state id {} comes twice in the key group", id));
  seen_[id] = true;
  state_ = id;
  state_ended_ = false;
}

bool CanonicalKeyGroup::next(KeyedEntry& entry) {
  in_.begin_entry();
  if (state_ended_) {
    if (done_) return false;
    read_state_id();
    if (done_) return false;
  }
  const std::uint64_t at = in_.offset();
  Bytes key = in_.blob("key");
  if (key.size() <= prefix_bytes_) {
    in_.fail_at(
        at, fmt::format("a key of {} bytes has no room for more than its key group", key.size()));
  }
  if ((key[0] & kLastOfState) != 0) {
    last_key_.assign(key.begin(), key.end());
    last_key_[0] &= static_cast<std::uint8_t>(~kLastOfState);
    key = last_key_;
    state_ended_ = true;
  }
  const std::int32_t found = prefix_bytes_ == 1 ? key[0] : (key[0] << 8) | key[1];
  if (found != key_group_) {
    in_.fail_at(
        at, fmt::format("a key of key group {} in the section of key group {}", found, key_group_));
  }
  entry = {state_, key_group_, key, in_.blob("value")};
  return true;
}

}  // namespace savvy
