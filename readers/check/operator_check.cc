#include "readers/check/operator_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "format/errors.h"
#include "format/snappy_source.h"
#include "readers/check/head_check.h"
#include "readers/operator_state_stream.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

constexpr std::int32_t kLastWithoutFlag = 5;
// The stream identifier in front of compressed values.
constexpr std::uint64_t kIdentifierBytes = 10;

struct ModeWord {
  DistributionMode mode;
  std::string_view word;
};
constexpr std::array<ModeWord, 3> kModes = {{{DistributionMode::kSplit, "SPLIT_DISTRIBUTE"},
                                             {DistributionMode::kUnion, "UNION"},
                                             {DistributionMode::kBroadcast, "BROADCAST"}}};

std::string_view word_of(DistributionMode mode) {
  for (const ModeWord& known : kModes) {
    if (known.mode == mode) return known.word;
  }
  return "unknown";
}

class OperatorCheck {
 public:
  OperatorCheck(const OperatorHandle& handle, const SerializerRegistry& registry, Sample& sample,
                FindingReport report)
      : usable_(handle), registry_(registry), sample_(sample), report_(std::move(report)) {}

  void run(std::unique_ptr<RandomAccessFile> file) {
    if (!read_head(*file)) return;
    check_against_handle();
    drop_unusable(file->size());
    check_start(file->size());
    const OperatorStateStream stream(std::move(file), usable_, registry_);
    for (const StateMeta& state : stream.head().list_states) check_list(stream, state);
    for (const StateMeta& state : stream.head().broadcast_states) check_broadcast(stream, state);
  }

 private:
  bool read_head(const RandomAccessFile& file) {
    return report_.guard(FindingCode::kStreamHead, "a head as Flink writes it", [&] {
      SectionReader reader(file, {0, file.size()}, Compression::kNone);
      head_ = decode_operator_stream_head(reader.in(), registry_);
      head_end_ = reader.in().offset();
      if (head_.version > kLastWithoutFlag) check_compression_flag(file, report_);
      check_serializers(head_.list_states, registry_, report_);
      check_serializers(head_.broadcast_states, registry_, report_);
    });
  }

  // A state that the handle lacks is empty. Of entries with one name the last one counts.
  void check_against_handle() {
    std::unordered_map<std::string_view, const OperatorStateEntry*> entries;
    for (const OperatorStateEntry& entry : usable_.states) {
      entries.insert_or_assign(entry.name, &entry);
    }
    for (const std::vector<StateMeta>* states : {&head_.list_states, &head_.broadcast_states}) {
      for (const StateMeta& state : *states) {
        const auto entry = entries.find(state.name);
        if (entry != entries.end()) compare_with_entry(state, *entry->second);
      }
    }
  }

  void compare_with_entry(const StateMeta& state, const OperatorStateEntry& entry) {
    const std::string_view said = state.option(kDistributionMode).value_or("");
    if (said != word_of(entry.mode)) {
      report_.in_state(state.name)
          .add(FindingCode::kOperatorStates,
               fmt::format("{}, as the handle says", word_of(entry.mode)),
               fmt::format("{} in the stream", said));
    }
    if (state.type == BackendStateType::kBroadcast && entry.offsets.size() != 1) {
      report_.in_state(state.name)
          .add(FindingCode::kOperatorStates, "one map of a broadcast state",
               fmt::format("{} offsets", entry.offsets.size()));
    }
  }

  std::unordered_set<std::string_view> described_names() const {
    std::unordered_set<std::string_view> names;
    for (const StateMeta& state : head_.list_states) names.insert(state.name);
    for (const StateMeta& state : head_.broadcast_states) names.insert(state.name);
    return names;
  }

  void drop_unusable(std::uint64_t stream_bytes) {
    const std::unordered_set<std::string_view> described = described_names();
    std::erase_if(usable_.states, [&](const OperatorStateEntry& entry) {
      if (described.contains(entry.name)) return false;
      report_.in_state(entry.name)
          .add(FindingCode::kOperatorStates, "a state that the stream describes",
               "a name that only the handle knows");
      return true;
    });
    for (OperatorStateEntry& entry : usable_.states) {
      std::erase_if(entry.offsets, [&](std::int64_t offset) {
        const bool inside = offset >= 0 && static_cast<std::uint64_t>(offset) >= head_end_ &&
                            static_cast<std::uint64_t>(offset) <= stream_bytes;
        if (inside) return false;
        report_.in_state(entry.name)
            .add(FindingCode::kOperatorElement,
                 fmt::format("an offset from {} to {}", head_end_, stream_bytes),
                 fmt::format("offset {}", offset));
        return true;
      });
    }
  }

  // Nothing lies between the head and the first element.
  void check_start(std::uint64_t stream_bytes) {
    std::uint64_t first = stream_bytes;
    for (const OperatorStateEntry& entry : usable_.states) {
      for (const std::int64_t offset : entry.offsets) {
        first = std::min(first, static_cast<std::uint64_t>(offset));
      }
    }
    const std::uint64_t start = head_end_ + (head_.compressed ? kIdentifierBytes : 0);
    // Early 1.18 has an identifier in front of each state, which the first offset points at.
    if (first == start || (head_.compressed && first == head_end_)) return;
    report_.add(FindingCode::kBytesUnaccounted, fmt::format("the first element at {}", start),
                fmt::format("{} bytes in front of it that belong to no element",
                            static_cast<std::int64_t>(first) - static_cast<std::int64_t>(start)),
                std::min(start, first));
  }

  FindingReport place_of(const StateMeta& state, std::uint64_t offset) const {
    const FindingReport here = report_.in_state(state.name);
    return head_.compressed ? here.in_packed(offset) : here;
  }

  bool takes(const StateMeta& state) {
    const FindingPlace& place = report_.place();
    return sample_.takes({place.operator_id, place.subtask.value_or(0), place.slot, state.name}, 0);
  }

  void check_list(const OperatorStateStream& stream, const StateMeta& state) {
    const OperatorStateEntry* entry = stream.entry(state.name);
    if (entry == nullptr || entry->offsets.empty() || !takes(state)) return;
    try {
      const auto elements = stream.elements(state);
      for (const std::int64_t offset : entry->offsets) {
        if (report_.stopped()) return;
        check_element(*elements, state, static_cast<std::uint64_t>(offset));
      }
    } catch (const UnsupportedError& error) {
      report_.in_state(state.name).add_unchecked(error);
    } catch (const FormatError& error) {
      report_.in_state(state.name).add(FindingCode::kOperatorElement, error, "offsets that ascend");
    }
  }

  void check_element(ElementSource& elements, const StateMeta& state, std::uint64_t offset) const {
    const FindingReport here = place_of(state, offset);
    const Type& type = *state.serializer(kValueSerializer);
    try {
      const std::optional<Bytes> element = elements.next();
      if (!element) return;
      ByteReader in(*element, report_stream_name(), head_.compressed ? 0 : offset);
      const Within place(in, state.name);
      NullSink nowhere;
      if (type.decode(in, Extent::kDelimited, nowhere) == End::kKnown) in.expect_end("the element");
    } catch (const CompressionError& error) {
      here.add(FindingCode::kCompressedBlock, error, "a whole snappy chunk");
    } catch (const FormatError& error) {
      here.add(FindingCode::kOperatorElement, error,
               fmt::format("an element of type {}", type.describe().name));
    } catch (const IoError& error) {
      here.add(FindingCode::kOperatorElement, error, "bytes that can be read");
    }
  }

  void check_broadcast(const OperatorStateStream& stream, const StateMeta& state) {
    const OperatorStateEntry* entry = stream.entry(state.name);
    if (entry == nullptr || entry->offsets.empty() || !takes(state)) return;
    const FindingReport here = place_of(state, static_cast<std::uint64_t>(entry->offsets.front()));
    try {
      walk_map(*stream.broadcast_map(state), state);
    } catch (const CompressionError& error) {
      here.add(FindingCode::kCompressedBlock, error, "whole snappy chunks");
    } catch (const UnsupportedError& error) {
      here.add_unchecked(error);
    } catch (const FormatError& error) {
      here.add(FindingCode::kOperatorElement, error, "a map of the state's types");
    } catch (const IoError& error) {
      here.add(FindingCode::kOperatorElement, error, "bytes that can be read");
    }
  }

  void walk_map(SectionReader section, const StateMeta& state) const {
    const Type& key = *state.serializer(kKeySerializer);
    const Type& value = *state.serializer(kValueSerializer);
    ByteReader& in = section.in();
    const Within place(in, state.name);
    in.begin_entry();
    if (!key.walkable() || !value.walkable()) {
      section.take_to_end();  // at least its chunks are whole
      return;
    }
    const std::size_t size = decode_broadcast_map_size(in, key, value);
    for (std::size_t i = 0; i < size; ++i) {
      in.begin_entry();
      key.skip(in);
      value.skip(in);
    }
    in.expect_end("the broadcast state");
  }

  std::string_view report_stream_name() const { return report_.place().file; }

  OperatorHandle usable_;
  const SerializerRegistry& registry_;
  Sample& sample_;
  FindingReport report_;
  OperatorStreamHead head_;
  std::uint64_t head_end_ = 0;
};

}  // namespace

void check_operator_state(const Snapshot& snapshot, const OperatorHandle& handle,
                          const SerializerRegistry& registry, Sample& sample,
                          const FindingReport& report) {
  std::unique_ptr<RandomAccessFile> file = open_for_check(snapshot, handle.delegate, report);
  if (file == nullptr) return;
  const std::string name(file->name());
  OperatorCheck(handle, registry, sample, report.in_stream(snapshot, handle.delegate, name))
      .run(std::move(file));
}

}  // namespace savvy
