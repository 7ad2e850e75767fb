// Turns canonical entries into entries of the heap layout.
//
// Bytes   namespace and key change places, lengths behind them go; a list gets its count instead of
//         commas; the entries of one map, which are adjacent, become one entry with a count. A null
//         in a map is the flag alone
// Values  a map is collected in memory up to 1 MiB; a larger one is written as it comes, and its
//         count patched
// Errors  UnsupportedError, naming the state, where a part has no known end; FormatError
// Source  CopyOnWriteStateMapSnapshot, ListSerializer, MapSerializer, HeapSavepointRestoreOperation

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/bytes.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"
#include "writers/detail/section_output.h"

namespace savvy {

class HeapEntryEncoder {
 public:
  // `file_name` is what messages call the entries' place.
  HeapEntryEncoder(SectionOutput& out, int prefix_bytes, std::string file_name)
      : out_(out), prefix_bytes_(prefix_bytes), file_name_(std::move(file_name)) {}

  // How many entries of the section this begins: 0 for a further entry of the same map, else 1.
  std::uint64_t add(const KeyedStateSchema& state, const KeyedEntry& entry);
  // Ends a map that is being collected; the section ends.
  void end();

 private:
  void begin_entry(Bytes name_space, Bytes key);
  void add_list(const KeyedStateSchema& state, Bytes value);
  std::uint64_t add_map_entry(const KeyedStateSchema& state, const KeyedEntry& entry);
  void begin_map(Bytes map_key, Bytes name_space, Bytes key);
  void spill_map();
  void append_to_map(Bytes bytes);

  SectionOutput& out_;
  int prefix_bytes_;
  std::string file_name_;
  ByteVector entry_;  // an entry, or what was collected of a map
  // The map that is being collected.
  bool in_map_ = false;
  bool spilled_ = false;
  ByteVector map_key_;             // its entries' composite key without the user key
  std::size_t count_at_ = 0;       // of its count in entry_
  std::uint64_t count_place_ = 0;  // of a spilled count
  std::size_t map_size_ = 0;
};

}  // namespace savvy
