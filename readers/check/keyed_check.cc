#include "readers/check/keyed_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "format/errors.h"
#include "readers/check/canonical_check.h"
#include "readers/check/head_check.h"
#include "readers/check/heap_check.h"
#include "readers/keyed_layout.h"
#include "readers/keyed_stream.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

// What stands in front of the sections.
struct StreamHead {
  KeyedMetaBlock meta;
  std::vector<KeyedStateSchema> states;
  std::uint64_t end = 0;
  bool flag_is_known = true;  // that of compression
};

std::optional<StreamHead> read_head(const RandomAccessFile& file,
                                    const SerializerRegistry& registry, StateKinds kinds,
                                    const FindingReport& report) {
  StreamHead head;
  const bool read = report.guard(FindingCode::kStreamHead, "a meta block as Flink writes it", [&] {
    SectionReader reader(file, {0, file.size()}, Compression::kNone);
    head.meta = decode_keyed_meta_block(reader.in(), registry);
    head.states = keyed_state_schemas(head.meta, file.name());
    head.end = reader.in().offset();
    head.flag_is_known = check_compression_flag(file, report);
    check_keyed_states(head.meta.states, kinds, report);
    check_serializers(head.meta.states, registry, report);
  });
  return read ? std::optional(std::move(head)) : std::nullopt;
}

// The handle with the offsets that lie in the data, each once; of each other one a finding.
KeyGroupsHandle with_usable_offsets(const KeyGroupsHandle& handle, std::uint64_t data_start,
                                    std::uint64_t stream_bytes, const FindingReport& report) {
  KeyGroupsHandle usable = handle;
  std::set<std::int64_t> taken;
  for (std::size_t i = 0; i < usable.offsets.size(); ++i) {
    std::int64_t& offset = usable.offsets[i];
    const bool inside = offset >= 0 && static_cast<std::uint64_t>(offset) >= data_start &&
                        static_cast<std::uint64_t>(offset) < stream_bytes;
    if (offset == 0 || (inside && taken.insert(offset).second)) continue;
    report.in_key_group(handle.range.first + static_cast<std::int32_t>(i))
        .add(FindingCode::kSectionMisplaced,
             inside ? "an offset of its own"
                    : fmt::format("an offset from {} to {}", data_start, stream_bytes),
             fmt::format("offset {}", offset));
    offset = 0;
  }
  return usable;
}

class StreamCheck final : public KeyedCheck {
 public:
  StreamCheck(std::unique_ptr<RandomAccessFile> file, StreamHead head, KeyedCode code,
              std::vector<KeyGroupSection> sections, KeySpace keys)
      : file_(std::move(file)),
        head_(std::move(head)),
        sections_(std::move(sections)),
        // Savepoints of any backend have this code; the others were RocksDB's.
        order_(code == KeyedCode::kSavepointKeyGroups ? KeyOrder::kAny : KeyOrder::kAscending),
        entries_(head_.states, keys) {
    layout_ = find_layout(code);
  }

  const std::vector<KeyGroupSection>& sections() const override { return sections_; }
  std::string_view name() const override { return file_->name(); }

  void check(const KeyGroupSection& section, const FindingReport& report) const override {
    if (section.size_bytes == 0) return;
    const FindingReport here = report.in_key_group(section.key_group);
    if (layout_ == KeyedLayout::kHeap) {
      check_heap_section(*file_, section, compression(), entries_, here);
    } else {
      check_canonical_section(*file_, section, compression(), order_, entries_, here);
    }
  }

 private:
  Compression compression() const {
    return head_.meta.compressed ? Compression::kSnappy : Compression::kNone;
  }

  // As keyed_stream.h.
  KeyedLayout find_layout(KeyedCode code) const {
    if (code == KeyedCode::kSavepointKeyGroups || !has_key_group_numbers(*file_, sections_)) {
      return KeyedLayout::kCanonical;
    }
    if (!is_key_group_0_alone(sections_)) return KeyedLayout::kHeap;
    FindingList nowhere;
    check_canonical_section(*file_, sections_.front(), compression(), KeyOrder::kAny, entries_,
                            FindingReport({}, nowhere));
    return nowhere.error_count() == 0 ? KeyedLayout::kCanonical : KeyedLayout::kHeap;
  }

  std::unique_ptr<RandomAccessFile> file_;
  StreamHead head_;
  std::vector<KeyGroupSection> sections_;
  KeyOrder order_;
  EntryCheck entries_;
  KeyedLayout layout_ = KeyedLayout::kCanonical;
};

class SourceCheck final : public KeyedCheck {
 public:
  SourceCheck(std::unique_ptr<const KeyedSource> source, KeySpace keys, FindingCode damage,
              std::string_view part)
      : source_(std::move(source)),
        entries_(source_->states(), keys),
        damage_(damage),
        part_(part) {}

  const std::vector<KeyGroupSection>& sections() const override { return source_->sections(); }
  std::string_view name() const override { return source_->name(); }

  void check(const KeyGroupSection& section, const FindingReport& report) const override {
    if (section.size_bytes == 0) return;
    const FindingReport here = report.in_key_group(section.key_group).without_offsets();
    here.guard(damage_, part_, [&] {
      const auto reader = source_->open(section);
      KeyedEntry entry;
      KeyMemo memo;
      while (reader->next(entry) && !report.stopped()) check_entry(entry, here, memo);
    });
  }

 private:
  void check_entry(const KeyedEntry& entry, const FindingReport& report, KeyMemo& memo) const {
    if (entry.undivided || entry.issue == EntryIssue::kUnappliedChange) {
      return report.in_state(source_->states()[entry.state].name)
          .add(FindingCode::kDataNotChecked, "entries that can be told apart",
               "a type that no serializer snapshot tells how to walk");
    }
    // Values that only the job can merge, or whose parts have no known length, stay bytes.
    if (entry.issue != EntryIssue::kNone) return;
    entries_.check({entry.state, entry.composite_key, 0, entry.value, 0}, entry.key_group,
                   source_->name(), report, memo);
  }

  std::unique_ptr<const KeyedSource> source_;
  EntryCheck entries_;
  FindingCode damage_;
  std::string part_;
};

// Nothing lies between the head and the first section.
void check_start(const std::vector<KeyGroupSection>& sections, std::uint64_t head_end,
                 std::uint64_t stream_bytes, const FindingReport& report) {
  std::uint64_t first = stream_bytes;
  for (const KeyGroupSection& section : sections) {
    if (section.size_bytes > 0) first = std::min(first, section.offset);
  }
  if (first == head_end) return;
  report.add(FindingCode::kBytesUnaccounted, "the first key group behind the meta block",
             fmt::format("{} bytes that no key group is said to have", first - head_end), head_end);
}

}  // namespace

std::unique_ptr<KeyedCheck> open_stream_check(const Snapshot& snapshot,
                                              const KeyGroupsHandle& handle, StreamCover cover,
                                              KeySpace keys, const SerializerRegistry& registry,
                                              const FindingReport& report) {
  std::unique_ptr<RandomAccessFile> file = open_for_check(snapshot, handle.delegate, report);
  if (file == nullptr) return nullptr;
  const FindingReport here = report.in_stream(snapshot, handle.delegate, file->name());
  std::optional<StreamHead> head = read_head(*file, registry, StateKinds::kOfKeyGroups, here);
  if (!head) return nullptr;
  const KeyGroupsHandle usable = with_usable_offsets(handle, head->end, file->size(), here);
  std::vector<KeyGroupSection> sections =
      key_group_sections(usable, head->end, file->size(), file->name());
  if (cover == StreamCover::kWhole) {
    check_start(sections, head->end, file->size(), here);
    for (KeyGroupSection& section : sections) section.end = SectionEnd::kExact;
  }
  try {
    return std::make_unique<StreamCheck>(std::move(file), std::move(*head), handle.code,
                                         std::move(sections), keys);
  } catch (const IoError& error) {
    here.add(FindingCode::kStreamHead, error, "bytes that can be read");
    return nullptr;
  }
}

void check_state_meta(const Snapshot& snapshot, const StreamHandle& meta,
                      const SerializerRegistry& registry, const FindingReport& report) {
  if (is_null(meta)) return;
  const std::unique_ptr<RandomAccessFile> file = open_for_check(snapshot, meta, report);
  if (file == nullptr) return;
  const FindingReport here = report.in_stream(snapshot, meta, file->name());
  const std::optional<StreamHead> head = read_head(*file, registry, StateKinds::kOfFiles, here);
  if (!head) return;
  if (head->meta.compressed && head->flag_is_known) {
    here.add(FindingCode::kOddFigure, "a compression flag of 0: SST files have their own", "1",
             kCompressionFlagOffset);
  }
  if (head->end == file->size()) return;
  here.add(FindingCode::kBytesUnaccounted, "the end of the stream behind the meta block",
           fmt::format("{} more bytes", file->size() - head->end), head->end);
}

std::unique_ptr<KeyedCheck> make_source_check(std::unique_ptr<const KeyedSource> source,
                                              KeySpace keys, FindingCode damage,
                                              std::string_view part) {
  return std::make_unique<SourceCheck>(std::move(source), keys, damage, part);
}

}  // namespace savvy
