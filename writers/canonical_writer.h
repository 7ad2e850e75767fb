// Writes the keyed state of one subtask in the canonical layout.
//
// Bytes   see canonical_stream.h. States keep the order in which they are added; an empty key group
//         has offset 0. Compressed if the meta block says so
// Values  a key group is either copied as it is stored or made of entries, whose states are ids of
//         the new meta block; all entries of one state come one after the other
// Errors  IoError (writing); UnsupportedError for an entry that could not be divided
// Lives   the folder outlives the writer; without finish() the file stays unfinished
// Source  FullSnapshotAsyncWriter, FullSnapshotUtil

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "format/keyed_entry.h"
#include "format/keyed_meta.h"
#include "format/output.h"
#include "format/section_bounds.h"
#include "format/state_handles.h"

namespace savvy {

class SectionOutput;

class CanonicalWriter {
 public:
  // `code` is that of the handle: 7, or 3 and 12 for the full snapshots of RocksDB before 1.16. A
  // meta block without states makes no file and no handle, as in Flink.
  CanonicalWriter(OutputFolder& folder, std::string_view file_name, const KeyedMetaBlock& meta,
                  KeyGroupRange range, KeyedCode code);
  ~CanonicalWriter();

  // The key groups of the range ascend; groups without entries may be left out.
  void begin_key_group(std::int32_t key_group);
  // The whole key group as another stream stores it: with the same states under the same ids, and
  // compressed alike.
  void copy_stored(const RandomAccessFile& from, Stretch stretch);
  void add(const KeyedEntry& entry);

  // The handle; null if there are no states.
  KeyedHandle finish();

 private:
  void begin_state(std::size_t state);
  // Writes the entry that waits to be known as the last of its state or not.
  enum class Place { kInside, kLast };
  void release_entry(Place place);
  void end_key_group();
  std::int64_t& offset() { return offsets_[static_cast<std::size_t>(key_group_ - range_.first)]; }

  KeyGroupRange range_;
  KeyedCode code_;
  std::vector<std::string> state_names_;
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<SectionOutput> out_;
  std::vector<std::int64_t> offsets_;
  std::int32_t key_group_ = -1;
  std::optional<std::size_t> state_;  // of the entry that waits
  std::vector<bool> seen_;            // states of this key group, by id
  ByteVector waiting_;                // encoded, without the mark of a last entry
};

}  // namespace savvy
