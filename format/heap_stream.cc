#include "format/heap_stream.h"

#include <fmt/format.h>

#include "format/byte_units.h"
#include "format/composite_key.h"
#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::uint8_t kListDelimiter = ',';

void append(Bytes bytes, ByteVector& out) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

HeapKeyGroup::HeapKeyGroup(ByteReader& in, SectionEnd section_end, std::int32_t key_group,
                           int prefix_bytes, const std::vector<KeyedStateSchema>& states)
    : in_(in),
      section_end_(section_end),
      key_group_(key_group),
      prefix_bytes_(prefix_bytes),
      states_(states),
      heads_(states.size()),
      empty_collections_(states.size()) {}

bool HeapKeyGroup::next(KeyedEntry& entry) {
  try {
    return next_divided(entry);
  } catch (const UnsupportedError&) {
    // A single value can turn out not to be walkable (an unregistered subclass, a Kryo object). All
    // in front of it has been handed out.
    in_.rewind(piece_start_);
    take_undivided(entry);
    return true;
  }
}

bool HeapKeyGroup::next_divided(KeyedEntry& entry) {
  while (true) {
    if (map_entries_left_ > 0) {
      read_map_entry(entry);
      return true;
    }
    if (entries_left_ > 0) {
      --entries_left_;
      const Within place(in_, states_[state_].name);
      read_key();
      if (read_value(entry)) return true;
    } else if (!heads_.at_end()) {
      const HeapSection section = heads_.read(in_);
      state_ = section.state;
      entries_left_ = section.entry_count;
    } else {
      if (section_end_ == SectionEnd::kExact) in_.expect_end("the key group");
      return false;
    }
  }
}

void HeapKeyGroup::take_undivided(KeyedEntry& entry) {
  constexpr std::size_t kStep = 64 * kKiB;
  in_.begin_entry();
  const std::uint64_t start = in_.offset();
  while (!in_.at_end()) in_.take(in_.peek(kStep).size(), "key group");
  // The key of a map stands in front of the map's first entry.
  const Bytes key = piece_ == Piece::kMapEntry ? Bytes(composite_).first(key_size_) : Bytes{};
  entry = {state_, key_group_, key, in_.bytes_since(start), true};
  map_entries_left_ = 0;
  entries_left_ = 0;
  heads_ = HeapSectionHeads(0);
}

void HeapKeyGroup::begin_piece(Piece piece) {
  in_.begin_entry();
  piece_ = piece;
  piece_start_ = in_.offset();
}

void HeapKeyGroup::read_key() {
  const KeyedStateSchema& state = states_[state_];
  begin_piece(Piece::kEntry);
  composite_.clear();
  append_key_group(key_group_, prefix_bytes_, composite_);
  const std::uint64_t start = in_.offset();
  if (state.kind == KeyedStateKind::kTimer) {
    in_.i64("timer timestamp");
    state.key->skip(in_);
    state.name_space->skip(in_);
    append(in_.bytes_since(start), composite_);
    return;
  }
  state.name_space->skip(in_);
  const std::uint64_t key_start = in_.offset();
  state.key->skip(in_);
  expect_key(in_, start);
  const Bytes key = in_.bytes_since(key_start);
  const Bytes name_space =
      in_.bytes_since(start).first(static_cast<std::size_t>(key_start - start));
  append(key, composite_);
  if (state.key_lengths) append_part_length(key.size(), composite_);
  append(name_space, composite_);
  if (state.key_lengths) append_part_length(name_space.size(), composite_);
  key_size_ = composite_.size();
}

bool HeapKeyGroup::read_value(KeyedEntry& entry) {
  const KeyedStateSchema& state = states_[state_];
  Bytes value;
  if (state.kind == KeyedStateKind::kList) {
    if (!read_list()) return false;
    value = list_;
  } else if (state.kind == KeyedStateKind::kMap) {
    map_entries_left_ = heap_map_size(in_, state);
    if (map_entries_left_ == 0) {
      ++empty_collections_[state_];
      return false;
    }
    read_map_entry(entry);
    return true;
  } else if (state.kind != KeyedStateKind::kTimer) {
    const std::uint64_t start = in_.offset();
    skip_state_element(in_, state);
    value = in_.bytes_since(start);
  }
  entry = {state_, key_group_, composite_, value};
  return true;
}

bool HeapKeyGroup::read_list() {
  const KeyedStateSchema& state = states_[state_];
  const std::size_t size = heap_list_size(in_, state);
  if (size == 0) {
    ++empty_collections_[state_];
    return false;
  }
  list_.clear();
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t start = in_.offset();
    skip_state_element(in_, state);
    if (i > 0) list_.push_back(kListDelimiter);
    append(in_.bytes_since(start), list_);
  }
  return true;
}

void HeapKeyGroup::read_map_entry(KeyedEntry& entry) {
  const KeyedStateSchema& state = states_[state_];
  const Within place(in_, state.name);
  --map_entries_left_;
  begin_piece(Piece::kMapEntry);
  const std::uint64_t start = in_.offset();
  state.user_key->skip(in_);
  const auto user_key_size = static_cast<std::size_t>(in_.offset() - start);
  if (!in_.boolean("null flag of a map value")) skip_state_element(in_, state);
  const Bytes whole = in_.bytes_since(start);
  composite_.resize(key_size_);
  append(whole.first(user_key_size), composite_);
  entry = {state_, key_group_, composite_, whole.subspan(user_key_size)};
}

}  // namespace savvy
