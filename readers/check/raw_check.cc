#include "readers/check/raw_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "format/byte_reader.h"
#include "format/byte_units.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "format/section_bounds.h"
#include "readers/detail/raw_timer_walk.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

constexpr FindingCode kCode = FindingCode::kRawOrChannelData;

// Bytes that only the operator can tell anything about: they can be read.
void read_through(const RandomAccessFile& file, Stretch stretch) {
  constexpr std::size_t kStep = 64 * kKiB;
  SectionReader section(file, stretch, Compression::kNone);
  ByteReader& in = section.in();
  while (!in.at_end()) {
    in.begin_entry();
    in.take(in.peek(kStep).size(), "raw state");
  }
}

// Timers --------------------------------------------------------------------------------------

void walk_timers(ByteReader& in, const KeyGroupSection& section, KeySpace keys,
                 const SerializerRegistry& registry, const FindingReport& report) {
  JavaHash hash;
  RawTimerWalk walk(in, SectionEnd::kExact, registry, [&](const MetTimerService& service) {
    hash = key_hash_of(*service.key, keys);
  });
  while (walk.next() && !report.stopped()) {
    const Within place(in, walk.service().stored.name);
    const std::uint64_t start = in.offset();
    walk.service().key->skip(in);
    const Bytes key = in.bytes_since(start);
    walk.service().name_space->skip(in);
    in.i64("timer timestamp");
    if (!hash) continue;
    ByteReader key_in(in.bytes_since(start).first(key.size()), in.file(), start);
    const std::int32_t hashed = key_group_of_hash(hash(key_in), keys.max_parallelism);
    if (hashed == section.key_group) continue;
    report.add(FindingCode::kKeyInWrongGroup,
               fmt::format("a key of key group {}", section.key_group),
               fmt::format("a timer whose key's hash names key group {}", hashed), start);
  }
}

void check_timers(const RandomAccessFile& file, const KeyGroupSection& section, KeySpace keys,
                  const SerializerRegistry& registry, const FindingReport& report) {
  constexpr std::string_view kExpected = "timers as Flink writes them";
  try {
    if (!begins_with_timer_mark(file, section)) {
      return report.add(kCode, "timers, as in the other key groups", "other bytes", section.offset);
    }
    SectionReader reader(file, {section.offset, section.size_bytes}, Compression::kNone);
    const Within place(reader.in(), "timers of key group", section.key_group);
    walk_timers(reader.in(), section, keys, registry, report);
  } catch (const UnsupportedError& error) {
    report.add_unchecked(error);
  } catch (const FormatError& error) {
    report.add(kCode, error, std::string(kExpected));
  } catch (const IoError& error) {
    report.add(kCode, error, "bytes that can be read");
  }
}

// Damage of a key group or two does not make timers other data.
bool are_timers(const RandomAccessFile& file, const std::vector<KeyGroupSection>& sections) {
  std::size_t with_bytes = 0;
  std::size_t with_mark = 0;
  for (const KeyGroupSection& section : sections) {
    if (section.size_bytes == 0) continue;
    ++with_bytes;
    if (begins_with_timer_mark(file, section)) ++with_mark;
  }
  return 2 * with_mark > with_bytes;
}

// The handle with the offsets that lie in the stream; of each other one a finding.
KeyGroupsHandle with_usable_offsets(const KeyGroupsHandle& handle, std::uint64_t stream_bytes,
                                    const FindingReport& report) {
  KeyGroupsHandle usable = handle;
  for (std::size_t i = 0; i < usable.offsets.size(); ++i) {
    std::int64_t& offset = usable.offsets[i];
    if (offset >= -1 && (offset < 0 || static_cast<std::uint64_t>(offset) <= stream_bytes))
      continue;
    report.in_key_group(handle.range.first + static_cast<std::int32_t>(i))
        .add(kCode, fmt::format("an offset from 0 to {}, or -1", stream_bytes),
             fmt::format("offset {}", offset));
    offset = -1;
  }
  return usable;
}

// Channels ------------------------------------------------------------------------------------

constexpr std::uint64_t kLengthBytes = 4;

void check_version(const RandomAccessFile& file, const FindingReport& report) {
  std::array<std::uint8_t, 4> bytes;
  if (file.size() < bytes.size()) {
    return report.add(kCode, "the version of the in-flight data",
                      fmt::format("{} bytes", file.size()), 0);
  }
  file.read_at(0, bytes);
  const std::int32_t version = ByteReader(bytes, file.name()).i32("version");
  if (version != 0) report.add(kCode, "version 0", fmt::format("version {}", version), 0);
}

// What the buffers of a channel take; nothing if one does not lie in the file.
std::optional<std::uint64_t> buffer_bytes(const RandomAccessFile& file,
                                          const ChannelOffsets& channel,
                                          const FindingReport& report) {
  std::uint64_t sum = 0;
  for (const std::int64_t offset : channel.offsets) {
    const auto at = static_cast<std::uint64_t>(offset);
    if (offset < 0 || at > file.size() || file.size() - at < kLengthBytes) {
      report.add(kCode, fmt::format("a buffer in the {} bytes of the file", file.size()),
                 fmt::format("offset {}", offset));
      return std::nullopt;
    }
    std::array<std::uint8_t, kLengthBytes> bytes;
    file.read_at(at, bytes);
    const std::int32_t length = ByteReader(bytes, file.name(), at).i32("length");
    const std::uint64_t left = file.size() - at - kLengthBytes;
    if (length < 0 || static_cast<std::uint64_t>(length) > left) {
      report.add(kCode, fmt::format("a buffer of at most {} bytes", left),
                 fmt::format("length {}", length), at);
      return std::nullopt;
    }
    read_through(file, {at + kLengthBytes, static_cast<std::uint64_t>(length)});
    sum += kLengthBytes + static_cast<std::uint64_t>(length);
    if (sum <= file.size()) continue;
    report.add(kCode, "buffers beside one another",
               fmt::format("buffers of more than the {} bytes of the file", file.size()));
    return std::nullopt;
  }
  return sum;
}

// The size recorded is that of the buffers, or, inline, of all bytes.
void check_channel(const RandomAccessFile& file, const ChannelOffsets& channel, bool is_inline,
                   const FindingReport& report) {
  const std::optional<std::uint64_t> sum = buffer_bytes(file, channel, report);
  if (!sum) return;
  const std::uint64_t expected = is_inline ? file.size() : *sum;
  if (channel.size_bytes >= 0 && static_cast<std::uint64_t>(channel.size_bytes) == expected) return;
  report.add(kCode, fmt::format("buffers of {} bytes, as recorded", channel.size_bytes),
             fmt::format("{} bytes in {} buffers", expected, channel.offsets.size()));
}

const StreamHandle& delegate_of(const ChannelHandle& handle) {
  if (const auto* plain = std::get_if<PlainChannelHandle>(&handle)) return plain->delegate;
  return std::get<MergedChannelHandle>(handle).delegate;
}

std::vector<ChannelOffsets> channels_of(const ChannelHandle& handle, const Snapshot& snapshot) {
  if (const auto* plain = std::get_if<PlainChannelHandle>(&handle)) return {plain->channel};
  return decode_packed_channels(std::get<MergedChannelHandle>(handle), snapshot.metadata_path());
}

// Coordinators --------------------------------------------------------------------------------

// The state of a source's readers: who has it has a SourceCoordinator.
constexpr std::string_view kReaderState = "SourceReaderState";

bool is_source(const OperatorState& op) {
  return std::any_of(op.subtasks.begin(), op.subtasks.end(), [](const Subtask& subtask) {
    const auto& managed = subtask.managed_operator_state;
    return managed && std::any_of(managed->states.begin(), managed->states.end(),
                                  [](const auto& state) { return state.name == kReaderState; });
  });
}

void walk_source_coordinator(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const std::int32_t version = in.i32("version of the coordinator state");
  if (version != 0 && version != 1) {
    in.fail_at(at, fmt::format("version of the coordinator state = {}, expected 0 or 1", version));
  }
  in.i32("version of the enumerator");
  in.blob("enumerator");
  // Behind version 0 stand lists that no restore looks at.
  if (version == 1) in.expect_end("the coordinator state");
}

}  // namespace

void check_raw_keyed_state(const Snapshot& snapshot, const KeyedHandle& handle, KeySpace keys,
                           const SerializerRegistry& registry, Sample& sample,
                           const FindingReport& report) {
  const auto* groups = handle_as<KeyGroupsHandle>(handle);
  if (groups == nullptr) {
    return report.add(kCode, "a handle of key groups", "a handle of another kind");
  }
  const auto file = open_for_check(snapshot, groups->delegate, report);
  if (file == nullptr) return;
  const FindingReport here = report.in_stream(snapshot, groups->delegate, file->name());
  try {
    const auto sections = key_group_sections(with_usable_offsets(*groups, file->size(), here), 0,
                                             file->size(), file->name());
    const bool timers = are_timers(*file, sections);
    std::set<std::uint64_t> read;  // groups without bytes share the offset of the one with them
    const FindingPlace& place = report.place();
    for (const KeyGroupSection& section : sections) {
      if (section.size_bytes == 0 || report.stopped()) continue;
      const auto number = static_cast<std::uint64_t>(section.key_group);
      if (!sample.takes({place.operator_id, 0, place.slot, {}}, number)) continue;
      if (timers) {
        check_timers(*file, section, keys, registry, here.in_key_group(section.key_group));
      } else if (read.insert(section.offset).second) {
        read_through(*file, {section.offset, section.size_bytes});
      }
    }
  } catch (const IoError& error) {
    here.add(kCode, error, "bytes that can be read");
  }
}

void check_raw_operator_state(const Snapshot& snapshot, const OperatorHandle& handle,
                              const FindingReport& report) {
  const auto file = open_for_check(snapshot, handle.delegate, report);
  if (file == nullptr) return;
  const FindingReport here = report.in_stream(snapshot, handle.delegate, file->name());
  for (const OperatorStateEntry& state : handle.states) {
    for (const std::int64_t offset : state.offsets) {
      // One at or behind the end is a partition that was never started.
      if (offset >= 0) continue;
      here.add(kCode, "an offset of a partition", fmt::format("offset {}", offset));
    }
  }
  try {
    read_through(*file, {0, file->size()});
  } catch (const IoError& error) {
    here.add(kCode, error, "bytes that can be read");
  }
}

void check_channel_state(const Snapshot& snapshot, const ChannelHandle& handle,
                         const FindingReport& report) {
  const StreamHandle& delegate = delegate_of(handle);
  const auto file = open_for_check(snapshot, delegate, report);
  if (file == nullptr) return;
  const FindingReport here = report.in_stream(snapshot, delegate, file->name());
  const bool is_inline = handle_as<ByteStreamHandle>(innermost(delegate)) != nullptr;
  try {
    check_version(*file, here);
    for (const ChannelOffsets& channel : channels_of(handle, snapshot)) {
      check_channel(*file, channel, is_inline, here);
    }
  } catch (const FormatError& error) {
    here.add(kCode, error, "channels as Flink packs them");
  } catch (const IoError& error) {
    here.add(kCode, error, "bytes that can be read");
  }
}

void check_coordinator_state(const OperatorState& op, const FindingReport& report) {
  if (!op.coordinator_state || !is_source(op)) return;
  ByteReader in(op.coordinator_state->data, report.place().file);
  try {
    walk_source_coordinator(in);
  } catch (const FormatError& error) {
    report.add(kCode, error, "the state of a SourceCoordinator");
  }
}

}  // namespace savvy
