// Writes the keyed state of one subtask in the heap layout, as a hashmap backend does.
//
// Bytes   see heap_stream.h. Every key group of the range is written, and in it every state once.
//         Compressed if the meta block says so; then a section begins with a chunk of its own for
//         its head, whose count is only known at the end
// Values  a key group is copied as it is stored, or made of sections of stored entries, or of
//         canonical entries; states are ids of the new meta block. All entries of a state come one
//         after the other, and so do all entries of one map
// Errors  UnsupportedError, naming the state: KEY_VALUE_V2, which this backend refuses, and keys
//         and elements whose end cannot be found. FormatError for entries that do not add up.
//         IoError (writing)
// Lives   the folder outlives the writer; without finish() the file stays unfinished
// Source  HeapSnapshotStrategy, CopyOnWriteStateMapSnapshot, HeapMetaInfoRestoreOperation

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/keyed_entry.h"
#include "format/keyed_meta.h"
#include "format/keyed_schema.h"
#include "format/output.h"
#include "format/section_bounds.h"
#include "format/state_handles.h"

namespace savvy {

class HeapEntryEncoder;
class SectionOutput;

class HeapWriter {
 public:
  // `code` is that of the handle, 3 or 12. A meta block without states makes no file and no handle,
  // as in Flink.
  HeapWriter(OutputFolder& folder, std::string_view file_name, const KeyedMetaBlock& meta,
             KeyGroupRange range, KeyedCode code, int prefix_bytes);
  ~HeapWriter();

  // The key groups of the range ascend; those left out are written without entries.
  void begin_key_group(std::int32_t key_group);

  // The whole key group as another stream stores it, behind its number: with the same states under
  // the same ids, and compressed alike.
  void copy_stored(const RandomAccessFile& from, Stretch stretch);

  // Stored entries (heap_sections.h) of one state.
  void begin_section(std::size_t state);
  void add_raw_entry(Bytes entry);

  // A canonical entry; its state's section is begun as needed.
  void add(const KeyedEntry& entry);

  // The handle; null if there are no states.
  KeyedHandle finish();

 private:
  void write_empty_groups(std::int32_t end);
  void start_key_group(std::int32_t key_group);
  void end_section();
  void end_key_group();

  KeyGroupRange range_;
  KeyedCode code_;
  std::vector<KeyedStateSchema> states_;
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<SectionOutput> out_;
  std::unique_ptr<HeapEntryEncoder> encoder_;
  std::vector<std::int64_t> offsets_;
  std::int32_t next_group_;
  bool in_group_ = false;
  std::vector<bool> written_;  // states of this key group, by id
  // The section that is open.
  std::optional<std::size_t> state_;
  std::uint64_t head_ = 0;
  std::uint64_t entry_count_ = 0;
};

}  // namespace savvy
