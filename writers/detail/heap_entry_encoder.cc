#include "writers/detail/heap_entry_encoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/byte_reader.h"
#include "format/byte_units.h"
#include "format/byte_writer.h"
#include "format/composite_key.h"
#include "format/errors.h"
#include "format/heap_sections.h"

namespace savvy {
namespace {

constexpr std::size_t kCollectedBytes = kMiB;
constexpr std::uint8_t kNullValue = 1;
constexpr std::size_t kCountBytes = 4;

[[noreturn]] void refuse(const KeyedStateSchema& state, std::string_view file,
                         std::string_view what, const TypePtr& type) {
  throw UnsupportedError(fmt::format(
      "{}: state \"{}\": the {} cannot be told apart, which the heap layout needs: values of {} "
      "are "
      "not known here",
      file, state.name, what, type == nullptr ? "its type" : type->describe().serializer));
}

void append(Bytes bytes, ByteVector& out) { out.insert(out.end(), bytes.begin(), bytes.end()); }

ByteVector count_bytes(std::size_t count) {
  ByteWriter out;
  out.count(count);
  return out.take();
}

void put_count(std::size_t count, ByteVector& out, std::size_t at) {
  const ByteVector bytes = count_bytes(count);
  std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

std::uint64_t HeapEntryEncoder::add(const KeyedStateSchema& state, const KeyedEntry& entry) {
  if (entry.undivided) refuse(state, file_name_, "entries", state.value);
  if (state.kind == KeyedStateKind::kMap) return add_map_entry(state, entry);
  if (state.kind == KeyedStateKind::kTimer) {
    out_.append(entry.composite_key.subspan(static_cast<std::size_t>(prefix_bytes_)));
    return 1;
  }
  const CompositeKey key = cut_composite_key(state, entry.composite_key, prefix_bytes_, file_name_);
  if (!key.cut) refuse(state, file_name_, "key and namespace", state.key);
  begin_entry(key.name_space, key.key);
  if (state.kind == KeyedStateKind::kList) {
    add_list(state, entry.value);
    out_.append(entry_);
  } else {
    out_.append(entry_);
    out_.append(entry.value);
  }
  return 1;
}

void HeapEntryEncoder::begin_entry(Bytes name_space, Bytes key) {
  entry_.clear();
  append(name_space, entry_);
  append(key, entry_);
}

void HeapEntryEncoder::add_list(const KeyedStateSchema& state, Bytes value) {
  if (!state.value->walkable()) refuse(state, file_name_, "elements of a list", state.value);
  ByteReader in(value, file_name_);
  const Within place(in, state.name);
  const std::size_t count_at = entry_.size();
  entry_.resize(count_at + kCountBytes);
  std::size_t count = 0;
  // An element may take no bytes; a list without elements is not stored.
  do {
    if (count > 0) in.take(1, "list delimiter");
    const std::uint64_t start = in.offset();
    skip_state_element(in, state);
    append(in.bytes_since(start), entry_);
    ++count;
  } while (!in.at_end());
  put_count(count, entry_, count_at);
}

std::uint64_t HeapEntryEncoder::add_map_entry(const KeyedStateSchema& state,
                                              const KeyedEntry& entry) {
  const CompositeKey key = cut_composite_key(state, entry.composite_key, prefix_bytes_, file_name_);
  if (!key.cut) refuse(state, file_name_, "key, namespace and map key", state.key);
  if (entry.value.empty()) {
    throw FormatError(
        fmt::format("{}: state \"{}\": a map's value lacks its null flag", file_name_, state.name));
  }
  const Bytes map_key = entry.composite_key.first(entry.composite_key.size() - key.user_key.size());
  const bool same_map =
      in_map_ && std::equal(map_key.begin(), map_key.end(), map_key_.begin(), map_key_.end());
  if (!same_map) begin_map(map_key, key.name_space, key.key);
  ++map_size_;
  append_to_map(key.user_key);
  const bool null = entry.value[0] != 0;
  append_to_map(null ? Bytes(&kNullValue, 1) : entry.value);
  return same_map ? 0 : 1;
}

void HeapEntryEncoder::begin_map(Bytes map_key, Bytes name_space, Bytes key) {
  end();
  in_map_ = true;
  spilled_ = false;
  map_size_ = 0;
  map_key_.assign(map_key.begin(), map_key.end());
  begin_entry(name_space, key);
  count_at_ = entry_.size();
  entry_.resize(count_at_ + kCountBytes);
}

void HeapEntryEncoder::append_to_map(Bytes bytes) {
  if (!spilled_ && entry_.size() + bytes.size() > kCollectedBytes) spill_map();
  if (spilled_) return out_.append(bytes);
  append(bytes, entry_);
}

void HeapEntryEncoder::spill_map() {
  const Bytes collected(entry_);
  out_.append(collected.first(count_at_));
  count_place_ = out_.append_patchable(collected.subspan(count_at_, kCountBytes));
  out_.append(collected.subspan(count_at_ + kCountBytes));
  spilled_ = true;
}

void HeapEntryEncoder::end() {
  if (!in_map_) return;
  in_map_ = false;
  if (spilled_) return out_.patch(count_place_, count_bytes(map_size_));
  put_count(map_size_, entry_, count_at_);
  out_.append(entry_);
}

}  // namespace savvy
