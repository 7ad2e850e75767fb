// Keyed streams of the states of small_snapshot.h, in every layout, with the place of each byte that
// matters: for tests that damage them one by one. Keys lie in the key groups of their hashes.

#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "format/java_hash.h"
#include "tests/support/small_snapshot.h"
#include "tests/support/snappy_frames.h"

namespace savvy::testing {

enum class StreamForm { kSavepoint, kRocksdb, kHeap };
enum class Packed { kNo, kYes };

inline std::int32_t hashed_key_group(const std::string& key, std::int32_t max_parallelism) {
  return key_group_of_hash(java_hash_of_text(key), max_parallelism);
}

// Bytes of which any could be there: text, numbers, times.
struct PayloadSpan {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Where an entry of a stream that is not compressed lies.
struct PlacedEntry {
  SmallEntry entry;
  std::int32_t key_group = 0;
  std::uint64_t section_at = 0;
  std::uint64_t key_at = 0;  // its bytes, behind the length
  std::uint64_t value_at = 0;
};

struct KeyedBytes {
  ByteVector bytes;
  KeyGroupsHandle handle;  // without its delegate
  std::uint64_t head_bytes = 0;
  std::vector<PlacedEntry> entries;
  std::vector<PayloadSpan> payload;  // of the entries
};

class KeyedBytesBuilder {
 public:
  KeyedBytesBuilder(StreamForm form, Packed packed, std::int32_t max_parallelism)
      : form_(form), packed_(packed), max_parallelism_(max_parallelism) {}

  KeyedBytes build(const std::vector<SmallEntry>& entries) {
    std::map<std::int32_t, std::vector<SmallEntry>> groups;
    for (const SmallEntry& entry : entries) {
      groups[hashed_key_group(entry.key, max_parallelism_)].push_back(entry);
    }
    KeyedMetaBlock meta = small_meta();
    meta.compressed = packed_ == Packed::kYes;
    ByteWriter head;
    encode_keyed_meta_block(meta, head);
    built_.bytes = head.take();
    built_.head_bytes = built_.bytes.size();
    built_.handle.code =
        form_ == StreamForm::kSavepoint ? KeyedCode::kSavepointKeyGroups : KeyedCode::kKeyGroupsV2;
    built_.handle.range = {0, max_parallelism_};
    for (std::int32_t group = 0; group < max_parallelism_; ++group) add_group(group, groups[group]);
    return std::move(built_);
  }

 private:
  void add_group(std::int32_t group, const std::vector<SmallEntry>& entries) {
    const std::uint64_t at = built_.bytes.size();
    const bool nothing = entries.empty() && form_ != StreamForm::kHeap;
    built_.handle.offsets.push_back(nothing ? 0 : static_cast<std::int64_t>(at));
    if (nothing) return;
    group_ = group;
    section_at_ = at;
    form_ == StreamForm::kHeap ? add_heap(entries) : add_canonical(entries);
  }

  void append(const ByteVector& bytes) {
    built_.bytes.insert(built_.bytes.end(), bytes.begin(), bytes.end());
  }

  // What is compressed has no places.
  void append_section(ByteWriter section) {
    append(packed_ == Packed::kYes ? framed(section.take()) : section.take());
  }

  void add_span(std::uint64_t begin, std::uint64_t size) {
    if (packed_ == Packed::kNo) built_.payload.push_back({begin, begin + size});
  }

  void place(const SmallEntry& entry, std::uint64_t key_at, std::uint64_t value_at) {
    if (packed_ == Packed::kYes) return;
    built_.entries.push_back({entry, group_, section_at_, key_at, value_at});
  }

  // Spans of the value as the canonical layout has it; the heap's count or flag stands in front.
  void add_value_spans(const SmallEntry& entry, std::uint64_t at) {
    if (entry.state == kCount) add_span(at, entry.value.size());
    if (entry.state == kPrices) add_span(at + 1, entry.value.size() - 1);
    // Lengths in a list can move so that its text falls into other elements, or into one.
    if (entry.state == kNames) add_span(at, entry.value.size());
  }

  void add_canonical(const std::vector<SmallEntry>& entries) {
    ByteWriter out;
    const std::uint64_t base = built_.bytes.size();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const SmallEntry& entry = entries[i];
      const bool first = i == 0 || entries[i - 1].state != entry.state;
      const bool last = i + 1 == entries.size() || entries[i + 1].state != entry.state;
      if (first) out.u16(static_cast<std::uint16_t>(entry.state));
      ByteVector key = composite(entry);
      if (last) key[0] |= 0x80;
      out.blob(key);
      const std::uint64_t key_at = base + out.size() - key.size();
      out.blob(entry.value);
      const std::uint64_t value_at = base + out.size() - entry.value.size();
      place(entry, key_at, value_at);
      const std::uint64_t key_text = key_at + (entry.state == kTimers ? 1 + 8 : 1) + 1;
      add_span(key_text, entry.key.size());
      if (entry.state == kTimers) add_span(key_at + 1, 8);
      if (entry.state == kPrices) {
        add_span(key_text + entry.key.size() + 2, entry.rest.size() - 1);
      }
      add_value_spans(entry, value_at);
    }
    out.u16(0xFFFF);
    append_section(std::move(out));
  }

  ByteVector composite(const SmallEntry& entry) const {
    ByteVector bytes;
    append_key_group(group_, key_group_prefix_bytes(max_parallelism_), bytes);
    const ByteVector key_and_namespace = joined({string_bytes(entry.key), {0}});
    const auto parts = entry.state == kTimers ? joined({entry.rest, key_and_namespace})
                                              : joined({key_and_namespace, entry.rest});
    bytes.insert(bytes.end(), parts.begin(), parts.end());
    return bytes;
  }

  void add_heap(const std::vector<SmallEntry>& entries) {
    append(int_bytes(group_));
    for (std::size_t state : {kCount, kNames, kPrices, kTimers}) {
      std::vector<SmallEntry> own;
      for (const SmallEntry& entry : entries) {
        if (entry.state == state) own.push_back(entry);
      }
      ByteWriter out;
      out.u16(static_cast<std::uint16_t>(state));
      out.count(own.size());
      for (const SmallEntry& entry : own) add_heap_entry(entry, out);
      append_section(std::move(out));
    }
  }

  void add_heap_entry(const SmallEntry& entry, ByteWriter& out) {
    const std::uint64_t base = built_.bytes.size();
    const std::uint64_t key_at = base + out.size();
    if (entry.state == kTimers) {
      add_span(key_at, 8);
      out.raw(joined({entry.rest, string_bytes(entry.key), {0}}));
      add_span(key_at + 8 + 1, entry.key.size());
      return place(entry, key_at, base + out.size());
    }
    out.raw(joined({{0}, string_bytes(entry.key)}));
    add_span(key_at + 2, entry.key.size());
    const std::uint64_t value_at = base + out.size();
    place(entry, key_at, value_at);
    if (entry.state == kNames) return add_heap_list(entry, out);
    if (entry.state == kPrices) {
      out.count(1);
      out.raw(entry.rest);
      add_span(value_at + 4 + 1, entry.rest.size() - 1);
    }
    add_value_spans(entry, base + out.size());
    out.raw(entry.value);
  }

  void add_heap_list(const SmallEntry& entry, ByteWriter& out) {
    std::vector<ByteVector> elements;
    for (std::size_t i = 0; i < entry.value.size();) {
      const std::size_t size = entry.value[i];  // its length byte counts itself
      const auto begin = entry.value.begin() + static_cast<std::ptrdiff_t>(i);
      elements.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
      i += size + 1;
    }
    out.count(elements.size());
    for (const ByteVector& element : elements) {
      add_span(built_.bytes.size() + out.size() + 1, element.size() - 1);
      out.raw(element);
    }
  }

  StreamForm form_;
  Packed packed_;
  std::int32_t max_parallelism_;
  std::int32_t group_ = 0;
  std::uint64_t section_at_ = 0;
  KeyedBytes built_;
};

inline KeyedBytes keyed_bytes(const std::vector<SmallEntry>& entries, StreamForm form,
                              Packed packed = Packed::kNo, std::int32_t max_parallelism = 128) {
  return KeyedBytesBuilder(form, packed, max_parallelism).build(entries);
}

// One entry or two a state, in composite-key order within a state and key group.
inline std::vector<SmallEntry> some_entries() {
  return {value_entry("anna", 1),     value_entry("bo", 2),       list_entry("anna", {"x", "yz"}),
          map_entry("anna", "p", 10), map_entry("anna", "q", 20), map_entry("bo", "p", 30),
          timer_entry("anna", 5),     timer_entry("bo", 7)};
}

}  // namespace savvy::testing
