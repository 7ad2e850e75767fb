// Snapshots of one subtask whose keyed state is an incremental handle.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "format/byte_units.h"
#include "format/key_groups.h"
#include "format/metadata.h"
#include "readers/local_storage.h"
#include "readers/open_keyed.h"
#include "readers/section_reader.h"
#include "readers/snapshot.h"
#include "tests/support/entries.h"
#include "tests/support/files.h"
#include "tests/support/keyed_streams.h"
#include "tests/support/test_types.h"

namespace savvy::testing {

// States "value", "list", "map" and a timer queue, of types of test_types.h.
inline KeyedMetaBlock four_states() {
  const ByteVector bytes = from_hex(keyed_head_hex(Packing::kSnappy));
  ByteReader in(bytes, "head");
  return decode_keyed_meta_block(in, test_registry());
}

// Writes the metadata that makes a folder a snapshot.
inline void add_metadata(const std::filesystem::path& folder, const IncrementalHandle& handle,
                         std::int32_t max_parallelism) {
  Metadata metadata;
  OperatorState& op = metadata.operators.emplace_back();
  op.parallelism = 1;
  op.max_parallelism = max_parallelism;
  op.subtasks.emplace_back().managed_keyed_state = Boxed<IncrementalHandle>(handle);
  const ByteVector bytes = encode_metadata(metadata);
  std::ofstream(folder / "_metadata", std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

inline Snapshot open_snapshot(const std::filesystem::path& folder) {
  static const LocalStorage storage;
  return Snapshot(folder.string(), PathMap(), storage);
}

// The incremental handles of a snapshot, by operator and subtask.
inline std::vector<const IncrementalHandle*> incremental_handles(const Snapshot& snapshot) {
  std::vector<const IncrementalHandle*> handles;
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) {
      const auto* handle = handle_as<IncrementalHandle>(subtask.managed_keyed_state);
      if (handle != nullptr) handles.push_back(handle);
    }
  }
  return handles;
}

inline KeyedMetaBlock read_meta(const Snapshot& snapshot, const IncrementalHandle& handle,
                                const SerializerRegistry& registry) {
  const auto file = snapshot.open(handle.meta);
  SectionReader section(*file, {0, file->size()}, Compression::kNone);
  return decode_keyed_meta_block(section.in(), registry);
}

// Every entry as entry_text() writes it, with the name of the state in front.
inline std::vector<std::string> entries_of(const Snapshot& snapshot,
                                           const IncrementalHandle& handle, int prefix_bytes,
                                           const SerializerRegistry& registry) {
  const RocksdbCache cache(kMiB);
  const auto source = open_rocksdb_source(snapshot, handle, prefix_bytes, registry, cache);
  std::vector<std::string> texts;
  for (const KeyGroupSection& section : source->sections()) {
    const auto reader = source->open(section);
    for (KeyedEntry entry; reader->next(entry);) {
      const std::string name = source->states()[entry.state].name;
      entry.state = 0;
      texts.push_back(name + ":" + entry_text(entry));
    }
  }
  return texts;
}

}  // namespace savvy::testing
