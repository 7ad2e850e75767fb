#include "readers/check/canonical_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "format/byte_units.h"
#include "format/errors.h"
#include "format/snappy_source.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::uint16_t kEndOfKeyGroup = 0xFFFF;
constexpr std::uint8_t kLastOfState = 0x80;

// Entries are let go of together, which is cheaper than one by one.
constexpr std::uint64_t kHeldBytes = 16 * kKiB;
constexpr std::int32_t kOrdinaryBytes = 1024;

std::uint64_t first_eight(Bytes bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return __builtin_bswap64(value);
}

// As unsigned bytes. Most keys differ in their first eight.
int compare(Bytes a, Bytes b) {
  constexpr std::size_t kEight = sizeof(std::uint64_t);
  if (a.size() >= kEight && b.size() >= kEight) {
    const std::uint64_t first_a = first_eight(a);
    const std::uint64_t first_b = first_eight(b);
    if (first_a != first_b) return first_a < first_b ? -1 : 1;
  }
  const int compared = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
  if (compared != 0) return compared;
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

class CanonicalWalk {
 public:
  CanonicalWalk(ByteReader& in, const KeyGroupSection& section, KeyOrder order,
                const EntryCheck& entries, const FindingReport& report)
      : in_(in),
        section_(section),
        order_(order),
        entries_(entries),
        report_(report),
        prefix_bytes_(static_cast<std::size_t>(entries.prefix_bytes())),
        seen_(entries.states().size()) {}

  void run() {
    in_.begin_entry();
    held_from_ = in_.offset();
    while (read_state_id()) {
      if (!read_entries()) return;
    }
  }

 private:
  const std::string& state_name() const { return entries_.states()[state_].name; }

  // False at the end of the section, and where nothing can be told any more.
  bool read_state_id() {
    const std::uint64_t at = in_.offset();
    const std::uint16_t id = in_.u16("state id");
    if (id == kEndOfKeyGroup) {
      check_end();
      return false;
    }
    if (id >= seen_.size()) {
      report_.add(FindingCode::kUnknownStateId, fmt::format("a state id below {}", seen_.size()),
                  fmt::format("state id {}", id), at);
      return false;
    }
    if (seen_[id]) {
      report_.in_state(entries_.states()[id].name)
          .add(FindingCode::kEntryDamaged, "each state once in a key group",
               fmt::format("state id {} again", id), at);
      return false;
    }
    seen_[id] = true;
    state_ = id;
    has_previous_ = false;
    return true;
  }

  void check_end() {
    if (section_.end == SectionEnd::kAtMost || in_.at_end()) return;
    report_.add(FindingCode::kBytesUnaccounted, "the end of the key group",
                fmt::format("{} bytes behind its end mark", in_.remaining()), in_.offset());
  }

  // As ByteReader::blob(), which is called where a length is out of the ordinary.
  Bytes take_blob(std::string_view field) {
    const std::int32_t size = in_.i32(field);
    if (size < 0 || size > kOrdinaryBytes) [[unlikely]] {
      in_.rewind(in_.offset() - sizeof size);
      return in_.blob(field);
    }
    return in_.take(static_cast<std::size_t>(size), field);
  }

  // The entries of one state. False if the layout breaks.
  bool read_entries() {
    StoredEntry entry;
    entry.state = state_;
    bool last = false;
    while (!last) {
      if (in_.offset() - held_from_ >= kHeldBytes) {
        if (report_.stopped()) return false;
        let_go();
      }
      entry.key = take_blob("key");
      entry.key_offset = in_.offset() - entry.key.size();
      entry.value = take_blob("value");
      entry.value_offset = in_.offset() - entry.value.size();
      if (entry.key.size() <= prefix_bytes_) [[unlikely]] {
        report_.in_state(state_name())
            .add(FindingCode::kEntryDamaged, "a key with its key group and more",
                 fmt::format("a key of {} bytes", entry.key.size()), entry.key_offset);
        if (entry.key.empty()) return false;
      } else {
        check_entry(entry);
      }
      last = (entry.key[0] & kLastOfState) != 0;
    }
    return true;
  }

  void check_entry(const StoredEntry& entry) {
    if (!entries_.check(entry, section_.key_group, in_.file(), report_, memo_) && !misplaced_) {
      misplaced_ = true;
      report_.add(FindingCode::kSectionMisplaced,
                  fmt::format("entries of key group {}", section_.key_group),
                  "an entry that is in order and belongs to another key group", entry.key_offset);
    }
    const Bytes key = entry.key.subspan(prefix_bytes_);
    if (has_previous_) check_order(key, entry.key_offset);
    previous_ = key;
    has_previous_ = true;
  }

  void check_order(Bytes key, std::uint64_t offset) {
    const int compared = compare(previous_, key);
    if (compared < 0) return;
    if (compared == 0) {
      report_.in_state(state_name())
          .add(FindingCode::kOrder, "each key once", "the same key again", offset);
      return;
    }
    // Timers that RocksDB jobs keep on the heap come in the order of a heap.
    if (order_ == KeyOrder::kAny || entries_.states()[state_].kind == KeyedStateKind::kTimer) {
      return;
    }
    report_.in_state(state_name())
        .add(FindingCode::kOrder, "keys ascending, as RocksDB writes them",
             "a key below the one in front of it", offset);
  }

  // The bytes of earlier entries but for the last key.
  void let_go() {
    if (has_previous_) {
      kept_key_.assign(previous_.begin(), previous_.end());
      previous_ = kept_key_;
    }
    in_.begin_entry();
    held_from_ = in_.offset();
  }

  ByteReader& in_;
  const KeyGroupSection& section_;
  KeyOrder order_;
  const EntryCheck& entries_;
  const FindingReport& report_;
  std::size_t prefix_bytes_;
  std::vector<bool> seen_;  // by state id
  std::size_t state_ = 0;
  std::uint64_t held_from_ = 0;
  bool has_previous_ = false;
  bool misplaced_ = false;
  Bytes previous_;  // the key in front, without its key group
  ByteVector kept_key_;
  KeyMemo memo_;
};

}  // namespace

void check_canonical_section(const RandomAccessFile& file, const KeyGroupSection& section,
                             Compression compression, KeyOrder order, const EntryCheck& entries,
                             const FindingReport& report) {
  const FindingReport here =
      compression == Compression::kNone ? report : report.in_packed(section.offset);
  try {
    SectionReader reader(file, {section.offset, section.size_bytes}, compression);
    const Within place(reader.in(), "key group", section.key_group);
    CanonicalWalk(reader.in(), section, order, entries, here).run();
  } catch (const CompressionError& error) {
    here.add(FindingCode::kCompressedBlock, error, "a whole snappy stream");
  } catch (const FormatError& error) {
    here.add(FindingCode::kEntryDamaged, error, "entries in the canonical layout");
  } catch (const IoError& error) {
    here.add(FindingCode::kEntryDamaged, error, "bytes that can be read");
  }
}

}  // namespace savvy
