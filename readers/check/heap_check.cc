#include "readers/check/heap_check.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "format/errors.h"
#include "format/heap_sections.h"
#include "format/snappy_source.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

constexpr std::uint64_t kNumberBytes = 4;

// Where the walk is: what an error there is called.
struct Step {
  FindingCode code = FindingCode::kEntryDamaged;
  std::string_view expected = "entries in the heap layout";
};
constexpr Step kFrame;
constexpr Step kKey = {FindingCode::kKeyDamaged, "a namespace and a key of the state's types"};
constexpr Step kValue = {FindingCode::kValueDamaged, "a value of the state's type"};

class HeapWalk {
 public:
  HeapWalk(ByteReader& in, const KeyGroupSection& section, const EntryCheck& entries,
           const FindingReport& report)
      : in_(in),
        section_(section),
        entries_(entries),
        report_(report),
        seen_(entries.states().size()) {}

  const Step& step() const { return step_; }
  // The state that is being read; empty between states.
  std::string_view state_name() const {
    if (state_ == nullptr) return {};
    return state_->name;
  }

  void run() {
    for (std::size_t left = seen_.size(); left > 0; --left) {
      const std::optional<std::size_t> count = read_head();
      if (!count) return;
      for (std::size_t i = 0; i < *count; ++i) {
        read_entry();
        if (report_.stopped()) return;
      }
      step_ = kFrame;
      state_ = nullptr;
    }
    in_.begin_entry();
    if (section_.end == SectionEnd::kAtMost || in_.at_end()) return;
    report_.add(FindingCode::kBytesUnaccounted, "the end of the key group",
                fmt::format("{} bytes behind its last state", in_.remaining()), in_.offset());
  }

 private:
  // The number of entries of the next state; nothing where nothing can be told any more.
  std::optional<std::size_t> read_head() {
    in_.begin_entry();
    const std::uint64_t at = in_.offset();
    const std::size_t id = in_.u16("state id");
    if (id >= seen_.size()) {
      report_.add(FindingCode::kUnknownStateId, fmt::format("a state id below {}", seen_.size()),
                  fmt::format("state id {}", id), at);
      return std::nullopt;
    }
    id_ = id;
    state_ = &entries_.states()[id];
    if (seen_[id]) {
      report_.in_state(state_->name)
          .add(FindingCode::kEntryDamaged, "each state once in a key group",
               fmt::format("state id {} again", id), at);
      return std::nullopt;
    }
    seen_[id] = true;
    return in_.count(1, "entry count");
  }

  void read_entry() {
    in_.begin_entry();
    step_ = kKey;
    const Within place(in_, state_->name);
    if (state_->kind == KeyedStateKind::kTimer) {
      in_.i64("timer timestamp");
      read_key();
      read_namespace();
      return;
    }
    const std::uint64_t start = in_.offset();
    read_namespace();
    read_key();
    expect_key(in_, start);
    step_ = kValue;
    if (state_->kind == KeyedStateKind::kList) return skip_list();
    if (state_->kind == KeyedStateKind::kMap) return skip_map();
    skip_state_element(in_, *state_);
  }

  void read_namespace() {
    const std::uint64_t start = in_.offset();
    state_->name_space->skip(in_);
    if (state_->name_space->shape() != Shape::kVoid || in_.bytes_since(start)[0] == 0) return;
    report_.in_state(state_->name)
        .add(FindingCode::kKeyDamaged, "00, which stands for no namespace",
             fmt::format("{:02x}", in_.bytes_since(start)[0]), start);
  }

  void read_key() {
    const std::uint64_t start = in_.offset();
    state_->key->skip(in_);
    entries_.check_key_group(id_, in_.bytes_since(start), start, section_.key_group, in_.file(),
                             report_);
  }

  void skip_list() {
    const std::size_t size = heap_list_size(in_, *state_);
    for (std::size_t i = 0; i < size; ++i) skip_state_element(in_, *state_);
  }

  void skip_map() {
    const std::size_t size = heap_map_size(in_, *state_);
    for (std::size_t i = 0; i < size; ++i) {
      state_->user_key->skip(in_);
      const std::uint64_t at = in_.offset();
      const std::uint8_t flag = in_.u8("null flag of a map value");
      if (flag > 1) {
        in_.fail_at(at, fmt::format("null flag of a map value = {}, expected 0 or 1", flag));
      }
      if (flag == 0) skip_state_element(in_, *state_);
    }
  }

  ByteReader& in_;
  const KeyGroupSection& section_;
  const EntryCheck& entries_;
  const FindingReport& report_;
  std::vector<bool> seen_;  // by state id
  Step step_;
  std::size_t id_ = 0;
  const KeyedStateSchema* state_ = nullptr;
};

void walk(const RandomAccessFile& file, const KeyGroupSection& section, Compression compression,
          const EntryCheck& entries, const FindingReport& report) {
  SectionReader reader(file, {section.offset + kNumberBytes, section.size_bytes - kNumberBytes},
                       compression);
  const Within place(reader.in(), "key group", section.key_group);
  HeapWalk walk(reader.in(), section, entries, report);
  const auto here = [&] { return report.in_state(walk.state_name()); };
  try {
    walk.run();
  } catch (const CompressionError& error) {
    here().add(FindingCode::kCompressedBlock, error, "a whole snappy stream");
  } catch (const FormatError& error) {
    here().add(walk.step().code, error, std::string(walk.step().expected));
  } catch (const UnsupportedError& error) {
    here().add_unchecked(error);
  }
}

}  // namespace

void check_heap_section(const RandomAccessFile& file, const KeyGroupSection& section,
                        Compression compression, const EntryCheck& entries,
                        const FindingReport& report) {
  if (section.size_bytes < kNumberBytes) {
    report.add(FindingCode::kSectionMisplaced, "the number of the key group",
               fmt::format("{} bytes", section.size_bytes), section.offset);
    return;
  }
  try {
    std::array<std::uint8_t, kNumberBytes> bytes;
    file.read_at(section.offset, bytes);
    const std::int32_t stored = ByteReader(bytes, file.name(), section.offset).i32("key group");
    if (stored != section.key_group) {
      // Whose entries these are nobody knows.
      report.add(FindingCode::kSectionMisplaced, fmt::format("key group {}", section.key_group),
                 fmt::format("key group {}", stored), section.offset);
      return;
    }
    walk(file, section, compression, entries,
         compression == Compression::kNone ? report : report.in_packed(section.offset));
  } catch (const IoError& error) {
    report.add(FindingCode::kEntryDamaged, error, "bytes that can be read");
  }
}

}  // namespace savvy
