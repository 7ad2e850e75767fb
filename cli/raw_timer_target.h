// Timers in raw keyed state, written key group by key group.
//
// Bytes   see raw_timer_source.h. Every key group of the range is written, with all services
// Errors  IoError (writing)
// Source  InternalTimersSnapshotReaderWriters, InternalTimerServiceSerializationProxy

#pragma once

#include <cstdint>
#include <vector>

#include "format/composite_key.h"
#include "readers/raw_timer_source.h"
#include "writers/raw_keyed_writer.h"

namespace savvy {

class RawTimerTarget {
 public:
  // `services` outlive the target.
  RawTimerTarget(RawKeyedWriter& writer, const std::vector<RawTimerService>& services,
                 KeyGroupRange range);

  // Key groups ascend. `state` as in RawTimers.
  void add(std::int32_t key_group, std::size_t state, const CompositeKey& timer);
  // Writes what is left; the writer is finished by the caller.
  void finish();

 private:
  struct Queue {
    std::int32_t count = 0;
    ByteVector timers;
  };
  void write_key_group();
  void write_until(std::int32_t key_group);

  RawKeyedWriter& writer_;
  const std::vector<RawTimerService>& services_;
  std::int32_t key_group_;
  std::int32_t end_;
  std::vector<Queue> queues_;  // of the key group, by state
};

}  // namespace savvy
