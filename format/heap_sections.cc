#include "format/heap_sections.h"

#include <fmt/format.h>

#include "format/element_count.h"
#include "format/errors.h"
#include "format/types/snapshot_type.h"

namespace savvy {
namespace {

constexpr std::size_t kNullFlagBytes = 1;

void skip_list(ByteReader& in, const KeyedStateSchema& state) {
  const std::size_t size = heap_list_size(in, state);
  for (std::size_t i = 0; i < size; ++i) skip_state_element(in, state);
}

void skip_map(ByteReader& in, const KeyedStateSchema& state) {
  const std::size_t size = heap_map_size(in, state);
  for (std::size_t i = 0; i < size; ++i) {
    state.user_key->skip(in);
    if (!in.boolean("null flag of a map value")) skip_state_element(in, state);
  }
}

void skip_entry(ByteReader& in, const KeyedStateSchema& state) {
  if (state.kind == KeyedStateKind::kTimer) {
    in.i64("timer timestamp");
    state.key->skip(in);
    state.name_space->skip(in);
    return;
  }
  const std::uint64_t start = in.offset();
  state.name_space->skip(in);
  state.key->skip(in);
  expect_key(in, start);
  if (state.kind == KeyedStateKind::kList) return skip_list(in, state);
  if (state.kind == KeyedStateKind::kMap) return skip_map(in, state);
  skip_state_element(in, state);
}

}  // namespace

HeapSection HeapSectionHeads::read(ByteReader& in) {
  --left_;
  const std::uint64_t at = in.offset();
  const std::size_t state = in.u16("state id");
  if (state >= seen_.size()) {
    in.fail_at(at,
               fmt::format("state id = {}, the stream describes {} states", state, seen_.size()));
  }
  if (seen_[state]) in.fail_at(at, fmt::format("state id {} comes twice in the key group", state));
  seen_[state] = true;
  return {state, in.count(1, "entry count")};
}

bool HeapSections::next_section(HeapSection& section) {
  Bytes passed;
  while (next_entry(passed)) {
  }
  in_.begin_entry();
  if (heads_.at_end()) {
    if (section_end_ == SectionEnd::kExact) in_.expect_end("the key group");
    return false;
  }
  section_ = heads_.read(in_);
  entries_left_ = section_.entry_count;
  section = section_;
  return true;
}

bool HeapSections::next_entry(Bytes& entry) {
  if (entries_left_ == 0) return false;
  --entries_left_;
  const KeyedStateSchema& state = states_[section_.state];
  const Within place(in_, state.name);
  in_.begin_entry();
  const std::uint64_t start = in_.offset();
  try {
    skip_entry(in_, state);
  } catch (const UnsupportedError& error) {
    throw UnsupportedError(fmt::format("state \"{}\": its entries cannot be told apart: {}",
                                       state.name, error.what()));
  }
  entry = in_.bytes_since(start);
  return true;
}

void expect_key(const ByteReader& in, std::uint64_t start) {
  if (in.offset() == start) in.fail("a namespace and a key without bytes");
}

void skip_state_element(ByteReader& in, const KeyedStateSchema& state) {
  if (state.ttl) in.i64("last access time");
  state.value->skip(in);
}

std::size_t heap_list_size(ByteReader& in, const KeyedStateSchema& state) {
  const std::size_t time_bytes = state.ttl ? sizeof(std::int64_t) : 0;
  return element_count(in, time_bytes + state.value->min_bytes(), "list size");
}

std::size_t heap_map_size(ByteReader& in, const KeyedStateSchema& state) {
  return in.count(state.user_key->min_bytes() + kNullFlagBytes, "map size");
}

}  // namespace savvy
