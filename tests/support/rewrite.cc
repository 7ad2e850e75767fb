#include "tests/support/rewrite.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/derived_id.h"
#include "format/heap_sections.h"
#include "format/key_groups.h"
#include "readers/keyed_stream.h"
#include "readers/operator_state_stream.h"
#include "tests/support/memory_output.h"
#include "tests/support/written_streams.h"
#include "writers/canonical_writer.h"
#include "writers/heap_writer.h"
#include "writers/operator_state_writer.h"
#include "writers/raw_keyed_writer.h"

namespace savvy::testing {
namespace {

ByteVector whole(const RandomAccessFile& file) {
  ByteVector bytes(static_cast<std::size_t>(file.size()));
  file.read_at(0, bytes);
  return bytes;
}

Compression compression_of(const KeyedStream& stream) {
  return stream.meta().compressed ? Compression::kSnappy : Compression::kNone;
}

// The entries, and of null map values the flag alone: behind it some writers put the serializer's
// own null, which no reader looks at and the heap layout has no place for.
std::vector<std::string> entries_with_bare_nulls(const KeyedStream& stream) {
  std::vector<std::string> all;
  for (const KeyGroupSection& section : stream.sections()) {
    const auto reader = stream.open(section);
    KeyedEntry entry;
    while (reader->next(entry)) {
      const bool map = stream.states()[entry.state].kind == KeyedStateKind::kMap;
      if (map && entry.value[0] != 0) entry.value = entry.value.first(1);
      all.push_back(entry_text(entry));
    }
  }
  return all;
}

bool is_undivided(const std::string& entry) { return entry.ends_with(" undivided"); }

// One subtask of a snapshot.
class Rewriter {
 public:
  Rewriter(const Snapshot& snapshot, const SerializerRegistry& registry, const OperatorState& op,
           const Subtask& subtask, std::vector<std::string>& problems)
      : snapshot_(snapshot),
        registry_(registry),
        prefix_bytes_(key_group_prefix_bytes(op.max_parallelism)),
        place_(fmt::format("{} operator {} subtask {}", snapshot.metadata_path(),
                           operator_label(op), subtask.index)),
        problems_(problems) {}

  RewriteCounts run(const Subtask& subtask) {
    if (const auto* keyed = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state)) {
      if (found(keyed->delegate)) rewrite_keyed(*keyed);
    }
    const auto& managed = subtask.managed_operator_state;
    if (managed && !holds_no_state(*managed) && found(managed->delegate))
      rewrite_operator(*managed);
    const auto& raw = subtask.raw_operator_state;
    if (raw && !holds_no_state(*raw) && found(raw->delegate)) rewrite_raw_operator(*raw);
    if (const auto* raw_keyed = handle_as<KeyGroupsHandle>(subtask.raw_keyed_state)) {
      if (found(raw_keyed->delegate)) rewrite_raw_keyed(*raw_keyed);
    }
    return counts_;
  }

 private:
  bool found(const StreamHandle& handle) const { return snapshot_.found_bytes(handle).has_value(); }

  void expect(bool condition, std::string_view what) {
    if (!condition) problems_.push_back(fmt::format("{}: {}", place_, what));
  }

  void expect_same(const std::vector<std::string>& wanted, const std::vector<std::string>& found,
                   std::string_view what) {
    const auto [left, right] =
        std::mismatch(wanted.begin(), wanted.end(), found.begin(), found.end());
    if (left == wanted.end() && right == found.end()) return;
    problems_.push_back(fmt::format("{}: {} differ: {} instead of {}", place_, what,
                                    right == found.end() ? "the end" : *right,
                                    left == wanted.end() ? "the end" : *left));
  }

  void rewrite_keyed(const KeyGroupsHandle& handle) {
    const KeyedStream stream(snapshot_.open(handle.delegate), handle, prefix_bytes_, registry_);
    if (stream.layout() == KeyedLayout::kCanonical) {
      ++counts_.canonical;
      copy<CanonicalWriter>(stream, handle, 0);
      canonical_from_entries(stream, handle);
      to_heap(stream, handle, counts_.canonical_to_heap);
    } else {
      ++counts_.heap;
      copy<HeapWriter>(stream, handle, 4, prefix_bytes_);
      heap_from_stored_entries(stream, handle);
      to_heap(stream, handle, counts_.heap_from_entries);
      to_canonical(stream, handle);
    }
  }

  // `number_bytes` in front of each key group are the writer's to write.
  template <typename Writer, typename... Args>
  void copy(const KeyedStream& stream, const KeyGroupsHandle& handle, std::uint64_t number_bytes,
            Args... args) {
    MemoryFolder folder;
    Writer writer(folder, "f", stream.meta(), handle.range, handle.code, args...);
    for (const KeyGroupSection& section : stream.sections()) {
      if (section.size_bytes == 0) continue;
      writer.begin_key_group(section.key_group);
      writer.copy_stored(stream.file(),
                         {section.offset + number_bytes, section.size_bytes - number_bytes});
    }
    const KeyedHandle written = writer.finish();
    expect(folder.bytes("f") == whole(stream.file()), "a copy has other bytes");
    expect(handle_as<KeyGroupsHandle>(written)->offsets == handle.offsets,
           "a copy has other offsets");
  }

  void canonical_from_entries(const KeyedStream& stream, const KeyGroupsHandle& handle) {
    MemoryFolder folder;
    CanonicalWriter writer(folder, "f", stream.meta(), handle.range, handle.code);
    add_all_entries(stream, writer);
    const KeyedHandle written = writer.finish();
    expect_same(entries_of(stream),
                entries_of(written_stream(folder, written, prefix_bytes_, registry_)),
                "canonical entries");
    if (stream.meta().compressed) return;
    expect(folder.bytes("f") == whole(stream.file()), "canonical entries have other bytes");
  }

  void heap_from_stored_entries(const KeyedStream& stream, const KeyGroupsHandle& handle) {
    MemoryFolder folder;
    HeapWriter writer(folder, "f", stream.meta(), handle.range, handle.code, prefix_bytes_);
    try {
      for (const KeyGroupSection& section : stream.sections()) add_stored(stream, section, writer);
    } catch (const UnsupportedError&) {
      ++counts_.not_converted;
      return;
    }
    const KeyedHandle written = writer.finish();
    if (!stream.meta().compressed) {
      expect(folder.bytes("f") == whole(stream.file()), "stored heap entries have other bytes");
    }
    expect_same(entries_of(stream),
                entries_of(written_stream(folder, written, prefix_bytes_, registry_)),
                "stored heap entries");
  }

  void add_stored(const KeyedStream& stream, const KeyGroupSection& group, HeapWriter& writer) {
    SectionReader reader(stream.file(), {group.offset + 4, group.size_bytes - 4},
                         compression_of(stream));
    HeapSections sections(reader.in(), group.end, stream.states());
    writer.begin_key_group(group.key_group);
    HeapSection section;
    while (sections.next_section(section)) {
      writer.begin_section(section.state);
      Bytes entry;
      while (sections.next_entry(entry)) writer.add_raw_entry(entry);
    }
  }

  // Entries from either layout, in the order of the source. `converted` counts it.
  void to_heap(const KeyedStream& stream, const KeyGroupsHandle& handle, int& converted) {
    MemoryFolder folder;
    try {
      HeapWriter writer(folder, "f", stream.meta(), handle.range, KeyedCode::kKeyGroupsV2,
                        prefix_bytes_);
      add_all_entries(stream, writer);
      const KeyedHandle written = writer.finish();
      const KeyedStream back = written_stream(folder, written, prefix_bytes_, registry_);
      // Without a key group there is nothing that tells the layouts apart.
      expect(back.layout() == KeyedLayout::kHeap || handle.range.empty(),
             "what was written as heap does not look like it");
      const std::vector<std::string> found = entries_of(back);
      if (std::any_of(found.begin(), found.end(), is_undivided)) {
        ++counts_.not_divided;
        return;
      }
      expect_same(entries_with_bare_nulls(stream), found, "entries written as heap");
      ++converted;
    } catch (const UnsupportedError&) {
      ++counts_.not_converted;
    }
  }

  void to_canonical(const KeyedStream& stream, const KeyGroupsHandle& handle) {
    MemoryFolder folder;
    try {
      CanonicalWriter writer(folder, "f", stream.meta(), handle.range,
                             KeyedCode::kSavepointKeyGroups);
      add_all_entries(stream, writer);
      const KeyedHandle written = writer.finish();
      expect_same(entries_of(stream),
                  entries_of(written_stream(folder, written, prefix_bytes_, registry_)),
                  "entries written as canonical");
      ++counts_.heap_to_canonical;
    } catch (const UnsupportedError&) {
      ++counts_.not_converted;
    }
  }

  void rewrite_operator(const OperatorHandle& handle) {
    ++counts_.operator_state;
    const OperatorStateStream stream(snapshot_.open(handle.delegate), handle, registry_);
    MemoryFolder folder;
    OperatorStateWriter writer(folder, "f", stream.head());
    copy_states(stream, writer);
    const Boxed<OperatorHandle> written = writer.finish();
    const OperatorStateStream back(folder.open("f"), *written, registry_);
    expect(elements_of(back) == elements_of(stream), "elements differ");
    if (stream.head().compressed) return;
    expect(folder.bytes("f") == whole(stream.file()), "operator state has other bytes");
    for (const OperatorStateEntry& state : handle.states) {
      const OperatorStateEntry* entry = back.entry(state.name);
      expect(entry != nullptr && *entry == state, "the handle of operator state differs");
    }
  }

  static void copy_states(const OperatorStateStream& stream, OperatorStateWriter& writer) {
    for (const StateMeta& state : stream.head().list_states) {
      const OperatorStateEntry* entry = stream.entry(state.name);
      if (entry == nullptr) continue;
      writer.begin_state(state.name, entry->mode);
      const auto elements = stream.elements(state);
      while (const auto element = elements->next()) writer.add_element(*element);
    }
    for (const StateMeta& state : stream.head().broadcast_states) {
      auto map = stream.broadcast_map(state);
      if (!map) continue;
      writer.begin_state(state.name, stream.entry(state.name)->mode);
      writer.add_element(map->take_to_end());
    }
  }

  static std::vector<std::string> elements_of(const OperatorStateStream& stream) {
    std::vector<std::string> all;
    for (const StateMeta& state : stream.head().list_states) {
      const auto elements = stream.elements(state);
      while (const auto element = elements->next()) {
        all.push_back(state.name + " " + to_hex_text(*element));
      }
    }
    for (const StateMeta& state : stream.head().broadcast_states) {
      auto map = stream.broadcast_map(state);
      if (map) all.push_back(state.name + " " + to_hex_text(map->take_to_end()));
    }
    return all;
  }

  void rewrite_raw_operator(const OperatorHandle& handle) {
    ++counts_.raw_operator;
    const auto file = snapshot_.open(handle.delegate);
    const ElementBounds bounds(handle.states, 0, file->size(), file->name());
    MemoryFolder folder;
    OperatorStateWriter writer = raw_operator_state_writer(folder, "f");
    for (const std::int64_t offset : handle.states.at(0).offsets) {
      SectionReader partition(*file, bounds.at(offset), Compression::kNone);
      writer.add_element(partition.take_to_end());
    }
    const Boxed<OperatorHandle> written = writer.finish();
    expect(written->states == handle.states, "the handle of raw operator state differs");
    expect(folder.bytes("f") == whole(*file), "raw operator state has other bytes");
  }

  void rewrite_raw_keyed(const KeyGroupsHandle& handle) {
    ++counts_.raw_keyed;
    const auto file = snapshot_.open(handle.delegate);
    MemoryFolder folder;
    RawKeyedWriter writer(folder, "f", handle.range, handle.code);
    const auto sections = key_group_sections(handle, 0, file->size(), file->name());
    for (std::size_t i = 0; i < sections.size(); ++i) {
      if (handle.offsets[i] < 0) continue;
      writer.begin_key_group(sections[i].key_group);
      writer.copy_stored(*file, {sections[i].offset, sections[i].size_bytes});
    }
    const KeyedHandle written = writer.finish();
    expect(handle_as<KeyGroupsHandle>(written)->offsets == handle.offsets,
           "the handle of raw keyed state differs");
    expect(folder.bytes("f") == whole(*file), "raw keyed state has other bytes");
  }

  const Snapshot& snapshot_;
  const SerializerRegistry& registry_;
  int prefix_bytes_;
  std::string place_;
  std::vector<std::string>& problems_;
  RewriteCounts counts_;
};

}  // namespace

RewriteCounts& RewriteCounts::operator+=(const RewriteCounts& other) {
  canonical += other.canonical;
  heap += other.heap;
  canonical_to_heap += other.canonical_to_heap;
  heap_from_entries += other.heap_from_entries;
  heap_to_canonical += other.heap_to_canonical;
  not_converted += other.not_converted;
  not_divided += other.not_divided;
  operator_state += other.operator_state;
  raw_operator += other.raw_operator;
  raw_keyed += other.raw_keyed;
  return *this;
}

RewriteCounts rewrite_all(const Snapshot& snapshot, std::vector<std::string>& problems) {
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  RewriteCounts counts;
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) {
      counts += Rewriter(snapshot, registry, op, subtask, problems).run(subtask);
    }
  }
  return counts;
}

}  // namespace savvy::testing
