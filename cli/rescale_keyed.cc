#include "cli/rescale_keyed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/entry_move.h"
#include "cli/rescale_rocksdb.h"
#include "format/derived_id.h"
#include "format/errors.h"
#include "format/heap_sections.h"
#include "format/key_groups.h"
#include "readers/section_reader.h"
#include "writers/canonical_writer.h"
#include "writers/heap_writer.h"
#include "writers/raw_keyed_writer.h"

namespace savvy {
namespace {

// In front of a heap section: i32 key group.
constexpr std::uint64_t kKeyGroupNumberBytes = 4;

bool is_in(const KeyGroupRange& range, const KeyGroupSection& section) {
  return section.size_bytes > 0 && section.key_group >= range.first &&
         section.key_group - range.first < range.count;
}

// Whether stored key groups of the input can be moved as they are.
bool keeps_bytes(const KeyedInput& input, KeyedLayout layout, const UnitedKeyedMeta& united,
                 const EntryTranslator& translator) {
  return input.stream != nullptr && input.stream->layout() == layout && united.same_ids &&
         input.stream->meta().compressed == united.block.compressed && !translator.changes_values();
}

KeyedHandle write_canonical(const RewriteContext& context, const NewSubtask& subtask,
                            const std::vector<KeyedInput>& inputs, const UnitedKeyedMeta& united) {
  const KeyedPlace place = subtask.place();
  CanonicalWriter writer(context.folder, place.file_name, united.block, place.range, place.code);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EntryMove move(context, subtask, inputs[i], united, united.ids[i]);
    const bool keep = keeps_bytes(inputs[i], KeyedLayout::kCanonical, united, move.translator());
    for (const KeyGroupSection& section : inputs[i].source->sections()) {
      if (!is_in(inputs[i].range, section)) continue;
      writer.begin_key_group(section.key_group);
      if (keep && section.end == SectionEnd::kExact) {
        writer.copy_stored(inputs[i].stream->file(), {section.offset, section.size_bytes});
        continue;
      }
      move.add_entries(section, [&](const KeyedEntry& entry) { writer.add(entry); });
    }
  }
  return writer.finish();
}

// Stored entries under other ids, so that empty lists and maps stay.
void move_heap_sections(HeapWriter& writer, const KeyedStream& stream,
                        const KeyGroupSection& section, const std::vector<std::size_t>& ids) {
  const Compression compression =
      stream.meta().compressed ? Compression::kSnappy : Compression::kNone;
  SectionReader reader(
      stream.file(),
      {section.offset + kKeyGroupNumberBytes, section.size_bytes - kKeyGroupNumberBytes},
      compression);
  const Within place(reader.in(), "key group", section.key_group);
  HeapSections sections(reader.in(), section.end, stream.states());
  HeapSection state;
  while (sections.next_section(state)) {
    writer.begin_section(ids[state.state]);
    Bytes entry;
    while (sections.next_entry(entry)) writer.add_raw_entry(entry);
  }
}

KeyedHandle write_heap(const RewriteContext& context, const NewSubtask& subtask,
                       const std::vector<KeyedInput>& inputs, const UnitedKeyedMeta& united) {
  const KeyedPlace place = subtask.place();
  HeapWriter writer(context.folder, place.file_name, united.block, place.range, place.code,
                    place.prefix_bytes);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const KeyedInput& input = inputs[i];
    const bool heap = input.stream != nullptr && input.stream->layout() == KeyedLayout::kHeap;
    EntryMove move(context, subtask, input, united, united.ids[i]);
    const bool keep = keeps_bytes(input, KeyedLayout::kHeap, united, move.translator());
    for (const KeyGroupSection& section : input.source->sections()) {
      if (!is_in(input.range, section)) continue;
      writer.begin_key_group(section.key_group);
      // The number is written anew: another one would not be seen in the result.
      if (heap) input.stream->require_group_number(section);
      if (keep && section.end == SectionEnd::kExact) {
        writer.copy_stored(input.stream->file(), {section.offset + kKeyGroupNumberBytes,
                                                  section.size_bytes - kKeyGroupNumberBytes});
      } else if (heap) {
        move_heap_sections(writer, *input.stream, section, united.ids[i]);
      } else {
        move.add_entries(section, [&](const KeyedEntry& entry) { writer.add(entry); });
      }
    }
  }
  return writer.finish();
}

}  // namespace

KeyGroupRange NewSubtask::range() const {
  return own_range ? *own_range : key_group_range(index, parallelism, max_parallelism);
}

KeyedPlace NewSubtask::place() const {
  KeyedPlace place;
  place.file_name = subtask_file_name(op.id, index, SubtaskStream::kKeyed);
  place.description = fmt::format("operator {} subtask {}", operator_label(op), index);
  place.range = range();
  place.prefix_bytes = key_group_prefix_bytes(max_parallelism);
  place.layout = form.layout;
  place.code = form.code;
  place.checkpoint_id = checkpoint_id;
  return place;
}

KeyedHandle rescale_keyed(const RewriteContext& context, const NewSubtask& subtask,
                          const KeyedHandles& handles, const std::vector<KeyedPart>& parts) {
  if (parts.empty()) return {};
  const std::vector<KeyedInput> inputs = open_inputs(context, subtask.op, handles, parts);
  const UnitedKeyedMeta united = unite(context, subtask.op, inputs, subtask.form);
  switch (subtask.form.layout) {
    case StoredLayout::kCanonical:
      return write_canonical(context, subtask, inputs, united);
    case StoredLayout::kHeap:
      return write_heap(context, subtask, inputs, united);
    case StoredLayout::kRocksdb:
      break;
  }
  return rescale_rocksdb(context, subtask, inputs, united);
}

KeyedHandle rescale_raw_keyed(const RewriteContext& context, const NewSubtask& subtask) {
  const KeyGroupRange range = subtask.range();
  std::optional<RawKeyedWriter> writer;
  for (const Subtask& old : subtask.op.subtasks) {
    if (is_null(old.raw_keyed_state)) continue;
    const auto* handle = handle_as<KeyGroupsHandle>(old.raw_keyed_state);
    if (handle == nullptr) {
      throw UnsupportedError(
          fmt::format("operator {} subtask {}: raw keyed state that is in no key-groups handle",
                      operator_label(subtask.op), old.index));
    }
    if (handle->range.first >= range.first + range.count ||
        range.first >= handle->range.first + handle->range.count) {
      continue;
    }
    const auto file = context.source.open(handle->delegate);
    for (const KeyGroupSection& section :
         key_group_sections(*handle, 0, file->size(), file->name())) {
      if (!is_in(range, section)) continue;
      if (!writer) {
        writer.emplace(context.folder,
                       subtask_file_name(subtask.op.id, subtask.index, SubtaskStream::kRawKeyed),
                       range, handle->code);
      }
      writer->begin_key_group(section.key_group);
      writer->copy_stored(*file, {section.offset, section.size_bytes});
    }
  }
  return writer ? writer->finish() : KeyedHandle();
}

}  // namespace savvy
