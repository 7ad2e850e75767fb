#include "readers/raw_timer_source.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "format/byte_reader.h"
#include "format/composite_key.h"
#include "format/errors.h"
#include "readers/detail/raw_timer_walk.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

constexpr std::size_t kTimeBytes = 8;

// Names as InternalTimeServiceManagerImpl gives them to queues.
constexpr std::array<std::string_view, kTimerQueues> kQueueNames = {"_timer_state/event_",
                                                                    "_timer_state/processing_"};

bool holds_timers(const RandomAccessFile& file, const std::vector<KeyGroupSection>& sections) {
  bool found = false;
  for (const KeyGroupSection& section : sections) {
    if (section.size_bytes == 0) continue;
    if (!begins_with_timer_mark(file, section)) return false;
    found = true;
  }
  return found;
}

std::string state_name(std::size_t queue, const std::string& service) {
  return std::string(kQueueNames[queue]) + service;
}

// By name, the number of a service among all of the stream.
using ServiceIds = std::unordered_map<std::string, std::size_t>;

class RawTimerKeyGroup final : public KeyGroupReader {
 public:
  RawTimerKeyGroup(const RandomAccessFile& file, const KeyGroupSection& section, int prefix_bytes,
                   const ServiceIds& service_ids, const SerializerRegistry& registry)
      : section_(file, {section.offset, section.size_bytes}, Compression::kNone),
        place_(section_.in(), "timers of key group", section.key_group),
        walk_(section_.in(), section.end, registry),
        key_group_(section.key_group),
        prefix_bytes_(prefix_bytes),
        service_ids_(service_ids) {}

  bool next(KeyedEntry& entry) override {
    if (!walk_.next()) return false;
    entry = {};
    entry.state = service_ids_.at(walk_.service().stored.name) * kTimerQueues + walk_.queue();
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
  RawTimerWalk walk_;
  std::int32_t key_group_;
  int prefix_bytes_;
  const ServiceIds& service_ids_;
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
    return std::make_unique<RawTimerKeyGroup>(*file_, section, prefix_bytes_, service_ids_,
                                              registry_);
  }

 private:
  // Key groups list the same services, but nothing says so: only a walk finds those of each.
  void list_states(const KeyGroupSection& section) {
    SectionReader reader(*file_, {section.offset, section.size_bytes}, Compression::kNone);
    const Within place(reader.in(), "timers of key group", section.key_group);
    RawTimerWalk walk(reader.in(), section.end, registry_,
                      [this](const MetTimerService& service) { add_service(service); });
    while (walk.next()) {
      if (!skip_timer(reader.in(), walk.service())) return;
    }
  }

  // False if its end is not known: then nothing behind it can be found.
  static bool skip_timer(ByteReader& in, const MetTimerService& service) {
    try {
      service.key->skip(in);
      service.name_space->skip(in);
    } catch (const UnsupportedError&) {
      return false;
    }
    in.i64("timer timestamp");
    return true;
  }

  void add_service(const MetTimerService& service) {
    if (!service_ids_.try_emplace(service.stored.name, services_.size()).second) return;
    services_.push_back(service.stored);
    for (std::size_t queue = 0; queue < kTimerQueues; ++queue) {
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
  ServiceIds service_ids_;
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
