// Opens the managed keyed state behind any handle, whatever layout it is in.
//
// Errors  those of the reader of the layout; UnsupportedError for a handle that none reads
// Lives   snapshot, handle, registry and cache outlive the source

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "format/byte_units.h"
#include "format/key_group_range.h"
#include "format/serializer_registry.h"
#include "format/state_handles.h"
#include "readers/entry_sorter.h"
#include "readers/keyed_source.h"
#include "readers/rocksdb_source.h"
#include "readers/snapshot.h"

namespace savvy {

// Whether there is a reader for the layout. False for a null handle.
bool can_open_keyed(const KeyedHandle& handle);

// The states behind a handle alone: what describes them is read, and nothing of what they hold.
std::vector<KeyedStateSchema> read_keyed_schemas(const Snapshot& snapshot,
                                                 const KeyedHandle& handle,
                                                 const SerializerRegistry& registry);

// For the log of a changelog handle, and twice for each key group of it that is read.
inline const SortMemory kChangelogMemory = {4 * kMiB, {}};

std::unique_ptr<KeyedSource> open_keyed_source(const Snapshot& snapshot, const KeyedHandle& handle,
                                               std::int32_t max_parallelism,
                                               const SerializerRegistry& registry,
                                               const RocksdbCache& cache,
                                               const SortMemory& memory = kChangelogMemory);

}  // namespace savvy
