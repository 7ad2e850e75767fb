// A snapshot of one operator with one subtask, in a folder of its own.

#pragma once

#include <memory>
#include <string>

#include "format/metadata.h"
#include "readers/local_storage.h"
#include "readers/snapshot.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

inline std::string text_of_bytes(const ByteVector& bytes) { return {bytes.begin(), bytes.end()}; }

class StoredSnapshot {
 public:
  // The folder, for handles that name files in it.
  std::string path(const std::string& file = {}) const { return folder_.path(file); }
  void add_file(const std::string& name, const ByteVector& bytes) const {
    folder_.add(name, text_of_bytes(bytes));
  }

  // Writes the metadata. The handles are those of the one subtask.
  void write(KeyedHandle managed, KeyedHandle raw = {}, std::int32_t max_parallelism = 128) {
    Subtask subtask;
    subtask.managed_keyed_state = std::move(managed);
    subtask.raw_keyed_state = std::move(raw);
    OperatorState op;
    op.name = "op";
    op.parallelism = 1;
    op.max_parallelism = max_parallelism;
    op.subtasks = {subtask};
    Metadata metadata;
    metadata.checkpoint_id = 1;
    metadata.operators = {op};
    folder_.add("_metadata", text_of_bytes(encode_metadata(metadata)));
  }

  // Opens what was written last.
  std::unique_ptr<savvy::Snapshot> open() const {
    return std::make_unique<savvy::Snapshot>(folder_.path(), PathMap(), storage_);
  }

 private:
  TempFolder folder_;
  LocalStorage storage_;
};

}  // namespace savvy::testing
