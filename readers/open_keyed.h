// Opens the managed keyed state behind any handle, whatever layout it is in.
//
// Errors  those of the reader of the layout; UnsupportedError for a handle that none reads
// Lives   snapshot, handle, registry and cache outlive the source

#pragma once

#include <cstdint>
#include <memory>

#include "format/serializer_registry.h"
#include "format/state_handles.h"
#include "readers/keyed_source.h"
#include "readers/rocksdb_source.h"
#include "readers/snapshot.h"

namespace savvy {

// Whether there is a reader for the layout. False for a null handle.
bool can_open_keyed(const KeyedHandle& handle);

std::unique_ptr<KeyedSource> open_keyed_source(const Snapshot& snapshot, const KeyedHandle& handle,
                                               std::int32_t max_parallelism,
                                               const SerializerRegistry& registry,
                                               const RocksdbCache& cache);

}  // namespace savvy
