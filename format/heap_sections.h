// The heap layout with its entries as they are stored: the sections of one key group.
//
// For what moves entries to another heap stream whose states have other ids: unlike the entries of
// heap_stream.h, these keep empty lists and maps.
//
// Bytes   see heap_stream.h
// Values  an entry is namespace, key and value; of a queue a timer
// Errors  FormatError for bytes that break the layout; UnsupportedError, naming the state, where
//         the end of an entry cannot be found
// Lives   the bytes of an entry are valid until the next call
// Source  HeapSnapshotStrategy, HeapRestoreOperation

#pragma once

#include <cstddef>
#include <vector>

#include "format/byte_reader.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"

namespace savvy {

struct HeapSection {
  std::size_t state = 0;
  std::size_t entry_count = 0;
};

// The heads of the sections of one key group: each state once.
class HeapSectionHeads {
 public:
  explicit HeapSectionHeads(std::size_t state_count) : seen_(state_count), left_(state_count) {}
  bool at_end() const { return left_ == 0; }
  HeapSection read(ByteReader& in);

 private:
  std::vector<bool> seen_;  // by state id
  std::size_t left_;
};

class HeapSections {
 public:
  // `in` stands behind the key group's number (plain bytes if the stream is compressed); it and
  // `states` outlive this object.
  HeapSections(ByteReader& in, SectionEnd section_end, const std::vector<KeyedStateSchema>& states)
      : in_(in), section_end_(section_end), states_(states), heads_(states.size()) {}

  // Moves to the next section; its entries are read to the end first. False at the end.
  bool next_section(HeapSection& section);
  // The stored bytes of the section's next entry; false at its end.
  bool next_entry(Bytes& entry);

 private:
  ByteReader& in_;
  SectionEnd section_end_;
  const std::vector<KeyedStateSchema>& states_;
  HeapSectionHeads heads_;
  HeapSection section_;
  std::size_t entries_left_ = 0;
};

// Fails if the namespace and the key that begin at `start` took no bytes: an entry of such a key has
// none either, and a count of them no bound.
void expect_key(const ByteReader& in, std::uint64_t start);

// Moves over a value, a list element or a map value, with its TTL time.
void skip_state_element(ByteReader& in, const KeyedStateSchema& state);

// Counts of a list and of a map, which must fit in what is left.
std::size_t heap_list_size(ByteReader& in, const KeyedStateSchema& state);
std::size_t heap_map_size(ByteReader& in, const KeyedStateSchema& state);

}  // namespace savvy
