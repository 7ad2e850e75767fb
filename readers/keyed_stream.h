// A keyed stream with key-group sections (canonical or heap layout), opened for reading.
//
// Values  handles 7 are canonical; 3 and 12 hold what the backend wrote, and the bytes tell which
// Errors  FormatError: offsets that do not lie in the stream, or sections that break their layout
// Lives   owns its file; sections point into the stream, which outlives them Threads several
//         threads may open and read sections of one stream at the same time
// Source  HeapKeyedStateBackendBuilder.restoreState, FullSnapshotRestoreOperation

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "format/keyed_entry.h"
#include "format/keyed_meta.h"
#include "format/keyed_schema.h"
#include "format/section_bounds.h"
#include "format/state_handles.h"
#include "format/storage.h"
#include "readers/keyed_source.h"

namespace savvy {

enum class KeyedLayout { kCanonical, kHeap };

class KeyedStream final : public KeyedSource {
 public:
  KeyedStream(std::unique_ptr<RandomAccessFile> file, const KeyGroupsHandle& handle,
              int prefix_bytes, const SerializerRegistry& registry);

  KeyedLayout layout() const { return layout_; }
  const KeyedMetaBlock& meta() const { return meta_; }
  const RandomAccessFile& file() const { return *file_; }

  const std::vector<KeyedStateSchema>& states() const override { return states_; }
  const KeyedMetaBlock* meta_block() const override { return &meta_; }
  const std::vector<KeyGroupSection>& sections() const override { return sections_; }
  std::string_view name() const override { return file_->name(); }
  std::unique_ptr<KeyGroupReader> open(const KeyGroupSection& section) const override;

  // FormatError if a section of a heap stream does not begin with the number of its key group.
  void require_group_number(const KeyGroupSection& section) const;

 private:
  std::unique_ptr<RandomAccessFile> file_;
  int prefix_bytes_;
  KeyedMetaBlock meta_;
  std::vector<KeyedStateSchema> states_;
  std::vector<KeyGroupSection> sections_;
  KeyedLayout layout_ = KeyedLayout::kCanonical;
};

}  // namespace savvy
