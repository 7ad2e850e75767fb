// The heap layout: one key group of a hashmap checkpoint or native savepoint, as canonical entries.
//
// Bytes   i32 key group (plain), then for every state of the meta block, in any order, each exactly
//         once (framed snappy by itself if compressed): u16 state id | i32 n | n x entry
//         entry = namespace | key | value; of a queue = timer
// Values  a list is i32 n and n elements, a map i32 n and n x (key, null flag, value): here they
//         become the canonical encoding, a map one entry a key. Empty lists and maps have no
//         canonical form; they are counted
// Errors  FormatError for bytes that break this. No lengths anywhere: where a type cannot be walked
//         the rest of the key group comes as one undivided entry
// Source  HeapSnapshotStrategy, HeapRestoreOperation

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/byte_reader.h"
#include "format/heap_sections.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"

namespace savvy {

class HeapKeyGroup final : public KeyedEntrySource {
 public:
  // `in` stands behind the key group's number (plain bytes if the stream is compressed); it and
  // `states` outlive this object.
  HeapKeyGroup(ByteReader& in, SectionEnd section_end, std::int32_t key_group, int prefix_bytes,
               const std::vector<KeyedStateSchema>& states);

  bool next(KeyedEntry& entry) override;

  // Empty lists and maps met so far, by state id.
  const std::vector<std::uint64_t>& empty_collections() const { return empty_collections_; }

 private:
  bool next_divided(KeyedEntry& entry);
  // What is handed out whole.
  enum class Piece { kEntry, kMapEntry };
  void begin_piece(Piece piece);
  // From the piece to the end of the key group, with the sections of the states behind this one.
  void take_undivided(KeyedEntry& entry);
  // Reads what stands before a value, or a whole timer, into composite_.
  void read_key();
  // False where the value has no canonical form.
  bool read_value(KeyedEntry& entry);
  // Joins the elements in list_; false for an empty list.
  bool read_list();
  void read_map_entry(KeyedEntry& entry);

  ByteReader& in_;
  SectionEnd section_end_;
  std::int32_t key_group_;
  int prefix_bytes_;
  const std::vector<KeyedStateSchema>& states_;
  HeapSectionHeads heads_;
  std::size_t state_ = 0;
  std::size_t entries_left_ = 0;
  std::size_t map_entries_left_ = 0;
  Piece piece_ = Piece::kEntry;
  std::uint64_t piece_start_ = 0;
  std::vector<std::uint64_t> empty_collections_;
  std::size_t key_size_ = 0;  // of composite_ without a map key
  ByteVector composite_;
  ByteVector list_;
};

}  // namespace savvy
