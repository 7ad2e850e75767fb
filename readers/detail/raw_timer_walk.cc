#include "readers/detail/raw_timer_walk.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::array<std::uint8_t, 4> kMark = {0xF1, 0xCD, 0x85, 0x9F};
constexpr std::int32_t kVersion = 2;
constexpr std::size_t kMinServiceBytes = 2 + 2 * 6 + 2 * 4;
constexpr std::size_t kTimeBytes = 8;

}  // namespace

bool begins_with_timer_mark(const RandomAccessFile& file, const KeyGroupSection& section) {
  if (section.size_bytes < kMark.size()) return false;
  std::array<std::uint8_t, kMark.size()> bytes;
  file.read_at(section.offset, bytes);
  return bytes == kMark;
}

RawTimerWalk::RawTimerWalk(ByteReader& in, SectionEnd end, const SerializerRegistry& registry,
                           std::function<void(const MetTimerService&)> on_service)
    : in_(in), end_(end), registry_(registry), on_service_(std::move(on_service)) {
  in_.begin_entry();
  in_.take(kMark.size(), "mark of timers");
  const std::uint64_t at = in_.offset();
  const std::int32_t version = in_.i32("version of the timers");
  if (version != kVersion) {
    if (version >= 0 && version < kVersion) {
      throw UnsupportedError(
          fmt::format("{}: offset {:#x}: timers of format version {}, which "
                      "Flink before 1.8 wrote",
                      in_.file(), at, version));
    }
    in_.fail_at(at, fmt::format("version of the timers = {}, expected 2", version));
  }
  services_left_ = in_.count(kMinServiceBytes, "timer service count");
}

bool RawTimerWalk::next() {
  while (timers_left_ == 0) {
    if (queue_ + 1 < kTimerQueues) {
      ++queue_;
    } else if (services_left_ > 0) {
      read_service();
    } else {
      if (end_ == SectionEnd::kExact) in_.expect_end("the timers of the key group");
      return false;
    }
    in_.begin_entry();
    timers_left_ = in_.count(kTimeBytes, "timer count");
  }
  --timers_left_;
  in_.begin_entry();
  return true;
}

void RawTimerWalk::give_up() {
  timers_left_ = 0;
  services_left_ = 0;
  queue_ = kTimerQueues - 1;
  end_ = SectionEnd::kAtMost;
}

void RawTimerWalk::read_service() {
  --services_left_;
  in_.begin_entry();
  service_.stored.name = in_.utf("timer service");
  service_.key = read_snapshot(service_.stored.key_snapshot);
  service_.name_space = read_snapshot(service_.stored.namespace_snapshot);
  queue_ = 0;
  if (on_service_) on_service_(service_);
}

TypePtr RawTimerWalk::read_snapshot(ByteVector& stored) {
  const std::uint64_t start = in_.offset();
  TypePtr type = SnapshotReader(in_, registry_).read_snapshot();
  const Bytes bytes = in_.bytes_since(start);
  stored.assign(bytes.begin(), bytes.end());
  return type;
}

}  // namespace savvy
