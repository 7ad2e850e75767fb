// Timers in raw keyed state: those of RocksDB jobs that keep timers on the heap, and of
// asynchronous state backends.
//
// Bytes   key group  F1 CD 85 9F | i32 version 2 | i32 n, n x service
//         service    utf name | key snapshot | namespace snapshot | event timers | processing timers
//         timers     i32 n, n x (key | namespace | i64 timestamp), the sign not flipped
// Values  two timer states a service, named as the queues of managed state are; entries in the
//         canonical encoding
// Errors  FormatError for bytes that break this behind the four bytes that mark it. Behind a key
//         that cannot be walked the rest of the key group is one undivided entry
// Source  InternalTimerServiceSerializationProxy, InternalTimersSnapshotReaderWriters,
//         InternalTimeServiceManagerImpl

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "format/serializer_registry.h"
#include "format/state_handles.h"
#include "readers/keyed_source.h"
#include "readers/snapshot.h"

namespace savvy {

// A service and its serializer snapshots as they are stored.
struct RawTimerService {
  std::string name;
  ByteVector key_snapshot;
  ByteVector namespace_snapshot;

  bool operator==(const RawTimerService&) const = default;
};

class RawTimers : public KeyedSource {
 public:
  // The states 2 i and 2 i + 1 are the event-time and processing-time timers of service i.
  virtual const std::vector<RawTimerService>& services() const = 0;
};

// Whether the raw keyed state behind a handle is timers: every key group that is there begins with
// their mark, and at least one is there.
bool holds_raw_timers(const Snapshot& snapshot, const KeyGroupsHandle& handle);

// The timers; null if the handle holds none, or if a serializer of theirs is not understood.
std::unique_ptr<RawTimers> open_raw_timer_source(const Snapshot& snapshot,
                                                 const KeyedHandle& handle, int prefix_bytes,
                                                 const SerializerRegistry& registry);

}  // namespace savvy
