#include "readers/raw_timer_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>

#include "format/byte_reader.h"
#include "format/composite_key.h"
#include "format/errors.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::array<std::uint8_t, 4> kMark = {0xF1, 0xCD, 0x85, 0x9F};
constexpr std::int32_t kVersion = 2;
constexpr std::size_t kMinServiceBytes = 2 + 2 * 6 + 2 * 4;
constexpr std::size_t kTimeBytes = 8;

// Names as InternalTimeServiceManagerImpl gives them to queues.
constexpr std::array<std::string_view, 2> kQueueNames = {"_timer_state/event_",
                                                         "_timer_state/processing_"};

bool begins_with_mark(const RandomAccessFile& file, const KeyGroupSection& section) {
  if (section.size_bytes < kMark.size()) return false;
  std::array<std::uint8_t, kMark.size()> bytes;
  file.read_at(section.offset, bytes);
  return bytes == kMark;
}

bool holds_timers(const RandomAccessFile& file, const std::vector<KeyGroupSection>& sections) {
  bool found = false;
  for (const KeyGroupSection& section : sections) {
    if (section.size_bytes == 0) continue;
    if (!begins_with_mark(file, section)) return false;
    found = true;
  }
  return found;
}

struct Service {
  RawTimerService stored;
  TypePtr key;
  TypePtr name_space;
};

// Walks one key group.
class TimerWalk {
 public:
  // `on_service` is called for each service that is met.
  TimerWalk(ByteReader& in, SectionEnd end, const SerializerRegistry& registry,
            std::function<void(const Service&)> on_service = {})
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

  // Moves to the next timer, in front of its key. False at the end of the key group.
  bool next() {
    while (timers_left_ == 0) {
      if (queue_ + 1 < kQueueNames.size()) {
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

  // Where the timers at hand belong.
  const Service& service() const { return service_; }
  std::size_t queue() const { return queue_; }
  // Behind a timer that cannot be walked there is no next one.
  void give_up() {
    timers_left_ = 0;
    services_left_ = 0;
    queue_ = kQueueNames.size() - 1;
    end_ = SectionEnd::kAtMost;
  }

 private:
  void read_service() {
    --services_left_;
    in_.begin_entry();
    service_.stored.name = in_.utf("timer service");
    service_.key = read_snapshot(service_.stored.key_snapshot);
    service_.name_space = read_snapshot(service_.stored.namespace_snapshot);
    queue_ = 0;
    if (on_service_) on_service_(service_);
  }

  TypePtr read_snapshot(ByteVector& stored) {
    const std::uint64_t start = in_.offset();
    TypePtr type = SnapshotReader(in_, registry_).read_snapshot();
    const Bytes bytes = in_.bytes_since(start);
    stored.assign(bytes.begin(), bytes.end());
    return type;
  }

  ByteReader& in_;
  SectionEnd end_;
  const SerializerRegistry& registry_;
  std::function<void(const Service&)> on_service_;
  std::size_t services_left_ = 0;
  Service service_;
  std::size_t queue_ = kQueueNames.size() - 1;
  std::size_t timers_left_ = 0;
};

std::string state_name(std::size_t queue, const std::string& service) {
  return std::string(kQueueNames[queue]) + service;
}

class RawTimerKeyGroup final : public KeyGroupReader {
 public:
  RawTimerKeyGroup(const RandomAccessFile& file, const KeyGroupSection& section, int prefix_bytes,
                   const std::vector<KeyedStateSchema>& states, const SerializerRegistry& registry)
      : section_(file, {section.offset, section.size_bytes}, Compression::kNone),
        place_(section_.in(), "timers of key group", section.key_group),
        walk_(section_.in(), section.end, registry),
        key_group_(section.key_group),
        prefix_bytes_(prefix_bytes),
        states_(states) {}

  bool next(KeyedEntry& entry) override {
    if (!walk_.next()) return false;
    entry = {};
    entry.state = find_state();
    entry.key_group = key_group_;
    ByteReader& in = section_.in();
    const std::uint64_t start = in.offset();
    try {
      read_timer();
      entry.composite_key = composite_;
    } catch (const UnsupportedError&) {
      in.rewind(start);
      entry.value = section_.take_to_end();
      entry.undivided = true;
      walk_.give_up();
    }
    return true;
  }

 private:
  std::size_t find_state() const {
    const std::string name = state_name(walk_.queue(), walk_.service().stored.name);
    const auto found = std::find_if(states_.begin(), states_.end(),
                                    [&](const auto& state) { return state.name == name; });
    return static_cast<std::size_t>(found - states_.begin());
  }

  void read_timer() {
    ByteReader& in = section_.in();
    const std::uint64_t start = in.offset();
    walk_.service().key->skip(in);
    walk_.service().name_space->skip(in);
    const auto part_bytes = static_cast<std::size_t>(in.offset() - start);
    in.take(kTimeBytes, "timer timestamp");
    const Bytes whole = in.bytes_since(start);
    composite_.clear();
    append_key_group(key_group_, prefix_bytes_, composite_);
    const std::size_t time_at = composite_.size();
    composite_.insert(composite_.end(), whole.begin() + static_cast<std::ptrdiff_t>(part_bytes),
                      whole.end());
    composite_[time_at] ^= 0x80;  // the sign is flipped, so that bytes order as times do
    composite_.insert(composite_.end(), whole.begin(),
                      whole.begin() + static_cast<std::ptrdiff_t>(part_bytes));
  }

  SectionReader section_;
  Within place_;
  TimerWalk walk_;
  std::int32_t key_group_;
  int prefix_bytes_;
  const std::vector<KeyedStateSchema>& states_;
  ByteVector composite_;
};

class RawTimerSource final : public RawTimers {
 public:
  RawTimerSource(std::unique_ptr<RandomAccessFile> file, std::vector<KeyGroupSection> sections,
                 int prefix_bytes, const SerializerRegistry& registry)
      : file_(std::move(file)),
        sections_(std::move(sections)),
        prefix_bytes_(prefix_bytes),
        registry_(registry) {
    for (const KeyGroupSection& section : sections_) {
      if (section.size_bytes > 0) list_states(section);
    }
  }

  const std::vector<KeyedStateSchema>& states() const override { return states_; }
  const std::vector<KeyGroupSection>& sections() const override { return sections_; }
  const std::vector<RawTimerService>& services() const override { return services_; }
  std::string_view name() const override { return file_->name(); }

  std::unique_ptr<KeyGroupReader> open(const KeyGroupSection& section) const override {
    return std::make_unique<RawTimerKeyGroup>(*file_, section, prefix_bytes_, states_, registry_);
  }

 private:
  // Key groups list the same services, but nothing says so: only a walk finds those of each.
  void list_states(const KeyGroupSection& section) {
    SectionReader reader(*file_, {section.offset, section.size_bytes}, Compression::kNone);
    const Within place(reader.in(), "timers of key group", section.key_group);
    TimerWalk walk(reader.in(), section.end, registry_,
                   [this](const Service& service) { add_service(service); });
    while (walk.next()) {
      if (!skip_timer(reader.in(), walk.service())) return;
    }
  }

  // False if its end is not known: then nothing behind it can be found.
  static bool skip_timer(ByteReader& in, const Service& service) {
    try {
      service.key->skip(in);
      service.name_space->skip(in);
    } catch (const UnsupportedError&) {
      return false;
    }
    in.i64("timer timestamp");
    return true;
  }

  void add_service(const Service& service) {
    for (const RawTimerService& known : services_) {
      if (known.name == service.stored.name) return;
    }
    services_.push_back(service.stored);
    for (std::size_t queue = 0; queue < kQueueNames.size(); ++queue) {
      KeyedStateSchema state;
      state.name = state_name(queue, service.stored.name);
      state.kind = KeyedStateKind::kTimer;
      state.key = service.key;
      state.name_space = service.name_space;
      states_.push_back(std::move(state));
    }
  }

  std::unique_ptr<RandomAccessFile> file_;
  std::vector<KeyGroupSection> sections_;
  int prefix_bytes_;
  const SerializerRegistry& registry_;
  std::vector<RawTimerService> services_;
  std::vector<KeyedStateSchema> states_;
};

}  // namespace

bool holds_raw_timers(const Snapshot& snapshot, const KeyGroupsHandle& handle) {
  const auto file = snapshot.open(handle.delegate);
  return holds_timers(*file, key_group_sections(handle, 0, file->size(), file->name()));
}

std::unique_ptr<RawTimers> open_raw_timer_source(const Snapshot& snapshot,
                                                 const KeyedHandle& handle, int prefix_bytes,
                                                 const SerializerRegistry& registry) {
  const auto* groups = handle_as<KeyGroupsHandle>(handle);
  if (groups == nullptr) return nullptr;
  auto file = snapshot.open(groups->delegate);
  std::vector<KeyGroupSection> sections =
      key_group_sections(*groups, 0, file->size(), file->name());
  if (!holds_timers(*file, sections)) return nullptr;
  try {
    return std::make_unique<RawTimerSource>(std::move(file), std::move(sections), prefix_bytes,
                                            registry);
  } catch (const UnsupportedError&) {
    // A serializer that is not understood: the caller still has the bytes.
    return nullptr;
  }
}

}  // namespace savvy
