#include "cli/raw_timer_target.h"

#include "format/byte_writer.h"

namespace savvy {
namespace {

// Written to disk, never change: the mark in front of versioned data, and the version since 1.8.
constexpr std::int32_t kMark = static_cast<std::int32_t>(0xF1CD859F);
constexpr std::int32_t kVersion = 2;
constexpr std::size_t kQueuesOfService = 2;

}  // namespace

RawTimerTarget::RawTimerTarget(RawKeyedWriter& writer, const std::vector<RawTimerService>& services,
                               KeyGroupRange range)
    : writer_(writer),
      services_(services),
      key_group_(range.first),
      end_(range.first + range.count),
      queues_(services.size() * kQueuesOfService) {}

void RawTimerTarget::add(std::int32_t key_group, std::size_t state, const CompositeKey& timer) {
  write_until(key_group);
  Queue& queue = queues_[state];
  ++queue.count;
  ByteWriter out;
  out.raw(timer.key);
  out.raw(timer.name_space);
  out.i64(timer.timestamp);
  queue.timers.insert(queue.timers.end(), out.bytes().begin(), out.bytes().end());
}

void RawTimerTarget::finish() { write_until(end_); }

void RawTimerTarget::write_until(std::int32_t key_group) {
  for (; key_group_ < key_group; ++key_group_) write_key_group();
}

void RawTimerTarget::write_key_group() {
  writer_.begin_key_group(key_group_);
  ByteWriter out;
  out.i32(kMark);
  out.i32(kVersion);
  out.count(services_.size());
  for (std::size_t i = 0; i < services_.size(); ++i) {
    out.utf(services_[i].name);
    out.raw(services_[i].key_snapshot);
    out.raw(services_[i].namespace_snapshot);
    for (std::size_t state = i * kQueuesOfService; state < (i + 1) * kQueuesOfService; ++state) {
      out.i32(queues_[state].count);
      out.raw(queues_[state].timers);
      queues_[state] = {};
    }
  }
  writer_.append(out.bytes());
}

}  // namespace savvy
