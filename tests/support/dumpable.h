// Which snapshots `dump` reads: all but those with keyed state in RocksDB files or in a changelog.

#pragma once

#include <filesystem>

#include "format/metadata.h"
#include "tests/support/files.h"

namespace savvy::testing {

inline Metadata read_metadata(const std::filesystem::path& folder) {
  const ByteVector bytes = read_file(folder / "_metadata");
  ByteReader in(bytes, (folder / "_metadata").string());
  return decode_metadata(in);
}

inline bool is_keyed_state_without_reader(const Subtask& subtask) {
  const KeyedHandle& keyed = subtask.managed_keyed_state;
  return !is_null(keyed) && handle_as<KeyGroupsHandle>(keyed) == nullptr &&
         handle_as<IncrementalHandle>(keyed) == nullptr;
}

inline bool can_be_dumped(const std::filesystem::path& folder) {
  for (const OperatorState& op : read_metadata(folder).operators) {
    for (const Subtask& subtask : op.subtasks) {
      if (is_keyed_state_without_reader(subtask)) return false;
    }
  }
  return true;
}

}  // namespace savvy::testing
