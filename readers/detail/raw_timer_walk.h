// Private to readers: the timers of one key group of raw keyed state, one by one.
//
// Bytes   see raw_timer_source.h
// Errors  FormatError for bytes that break it; UnsupportedError for what Flink before 1.8 wrote
// Source  InternalTimersSnapshotReaderWriters

#pragma once

#include <cstddef>
#include <functional>

#include "format/section_bounds.h"
#include "format/serializer_registry.h"
#include "format/storage.h"
#include "readers/raw_timer_source.h"

namespace savvy {

// Event-time and processing-time timers.
inline constexpr std::size_t kTimerQueues = 2;

bool begins_with_timer_mark(const RandomAccessFile& file, const KeyGroupSection& section);

struct MetTimerService {
  RawTimerService stored;
  TypePtr key;
  TypePtr name_space;
};

class RawTimerWalk {
 public:
  // `in` stands at the key group's first byte. `on_service` is called for each service that is met.
  RawTimerWalk(ByteReader& in, SectionEnd end, const SerializerRegistry& registry,
               std::function<void(const MetTimerService&)> on_service = {});

  // Moves to the next timer, in front of its key. False at the end of the key group.
  bool next();

  // Where the timers at hand belong.
  const MetTimerService& service() const { return service_; }
  std::size_t queue() const { return queue_; }
  // Behind a timer that cannot be walked there is no next one.
  void give_up();

 private:
  void read_service();
  TypePtr read_snapshot(ByteVector& stored);

  ByteReader& in_;
  SectionEnd end_;
  const SerializerRegistry& registry_;
  std::function<void(const MetTimerService&)> on_service_;
  std::size_t services_left_ = 0;
  MetTimerService service_;
  std::size_t queue_ = kTimerQueues - 1;
  std::size_t timers_left_ = 0;
};

}  // namespace savvy
