// A managed operator-state stream, opened for reading.
//
// Values  states are named in the head; their elements are where the handle says. A state in the
//         head that the handle lacks is empty (Flink >= 1.18); the converse is an error
// Errors  FormatError: offsets outside the data, a state in the handle that the head lacks;
//         UnsupportedError: elements of an early 1.18 compressed stream whose type cannot be walked
// Lives   owns its file; readers made from it must not outlive it
// Source  OperatorStateRestoreOperation, DefaultOperatorStateBackendSnapshotStrategy

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/operator_stream.h"
#include "format/section_bounds.h"
#include "format/state_handles.h"
#include "format/storage.h"
#include "readers/section_reader.h"

namespace savvy {

// The elements of one list state, in order.
class ElementSource {
 public:
  virtual ~ElementSource() = default;
  // The bytes of the next element, valid until the next call; nothing at the end.
  virtual std::optional<Bytes> next() = 0;
};

class OperatorStateStream {
 public:
  // `handle` outlives the stream.
  OperatorStateStream(std::unique_ptr<RandomAccessFile> file, const OperatorHandle& handle,
                      const SerializerRegistry& registry);

  const OperatorStreamHead& head() const { return head_; }
  const RandomAccessFile& file() const { return *file_; }
  Compression compression() const {
    return head_.compressed ? Compression::kSnappy : Compression::kNone;
  }

  // What the handle says of a state; null if it does not name it.
  const OperatorStateEntry* entry(std::string_view name) const;
  // Stored bytes of a state's elements.
  std::uint64_t stored_bytes(std::string_view name) const;

  // The elements of a list state.
  std::unique_ptr<ElementSource> elements(const StateMeta& state) const;
  // A reader of a broadcast state's map (i32 n, n x (key, value)); nothing if the handle does not
  // name it.
  std::optional<SectionReader> broadcast_map(const StateMeta& state) const;

 private:
  std::unique_ptr<RandomAccessFile> file_;
  OperatorStreamHead head_;
  std::unordered_map<std::string_view, const OperatorStateEntry*> entries_;  // of the handle
  std::optional<ElementBounds> bounds_;
};

}  // namespace savvy
