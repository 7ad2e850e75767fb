#include "cli/operator_stats.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "format/byte_reader.h"
#include "format/errors.h"
#include "readers/operator_state_stream.h"

namespace savvy {
namespace {

// What is of an operator and of no subtask.
constexpr std::int32_t kNoSubtask = -1;

StateStats& stats_at(const OperatorStatsTask& task, std::string_view kind, const std::string& state,
                     std::int32_t subtask) {
  StateStats& stats = task.table.at({task.operator_index, std::string(kind), state});
  if (subtask != kNoSubtask) stats.subtasks.try_emplace(subtask);
  return stats;
}

bool wants(const OperatorStatsTask& task, std::string_view kind, std::string_view state) {
  return task.filter.wants_kind(kind) && task.filter.wants_state(state);
}

void add_list(const OperatorStatsTask& task, std::int32_t subtask,
              const OperatorStateStream& stream, const StateMeta& state) {
  const OperatorStateEntry* entry = stream.entry(state.name);
  const bool is_union = entry != nullptr && entry->mode == DistributionMode::kUnion;
  const std::string_view kind = is_union ? "union" : "list";
  if (!wants(task, kind, state.name)) return;
  StateStats& stats = stats_at(task, kind, state.name, subtask);
  const auto elements = stream.elements(state);
  while (const std::optional<Bytes> element = elements->next()) {
    stats.add_entry(subtask, 0, element->size());
  }
}

void add_broadcast(const OperatorStatsTask& task, std::int32_t subtask,
                   const OperatorStateStream& stream, const StateMeta& state) {
  if (!wants(task, "broadcast", state.name)) return;
  StateStats& stats = stats_at(task, "broadcast", state.name, subtask);
  std::optional<SectionReader> map = stream.broadcast_map(state);
  if (!map) return;
  const TypePtr key = state.serializer(kKeySerializer);
  const TypePtr value = state.serializer(kValueSerializer);
  ByteReader& in = map->in();
  const Within place(in, state.name);
  if (!key->walkable() || !value->walkable()) {
    const Type& unknown = key->walkable() ? *value : *key;
    stats.add_undecoded({"entries", unknown.describe().serializer,
                         "the key's or value's type is not known, so the map cannot be cut"},
                        map->take_to_end().size());
    return;
  }
  const std::size_t size = decode_broadcast_map_size(in, *key, *value);
  for (std::size_t i = 0; i < size; ++i) {
    in.begin_entry();
    const std::uint64_t key_start = in.offset();
    key->skip(in);
    const std::uint64_t value_start = in.offset();
    value->skip(in);
    stats.add_entry(subtask, value_start - key_start, in.offset() - value_start);
  }
  in.expect_end("the broadcast state");
}

// The buffers of one channel: at every offset an i32 length and that many bytes.
void add_buffers(StateStats& stats, std::int32_t subtask, const ChannelOffsets& channel,
                 const RandomAccessFile& file) {
  for (const std::int64_t offset : channel.offsets) {
    if (offset < 0 || static_cast<std::uint64_t>(offset) > file.size()) {
      throw FormatError(fmt::format(
          "{}: the handle's offset {} of a channel lies outside the {} bytes of the file",
          file.name(), offset, file.size()));
    }
    const auto start = static_cast<std::uint64_t>(offset);
    SectionReader section(file, {start, file.size() - start}, Compression::kNone);
    stats.add_entry(subtask, 0, section.in().blob("channel buffer").size());
  }
}

void add_channels(const OperatorStatsTask& task, std::int32_t subtask, const std::string& name,
                  const std::vector<ChannelHandle>& handles) {
  if (!task.filter.wants_state(name) || handles.empty()) return;
  StateStats& stats = stats_at(task, "channel", name, subtask);
  for (const ChannelHandle& handle : handles) {
    if (const auto* plain = std::get_if<PlainChannelHandle>(&handle)) {
      add_buffers(stats, subtask, plain->channel, *task.snapshot.open(plain->delegate));
      continue;
    }
    const auto& merged = std::get<MergedChannelHandle>(handle);
    const auto file = task.snapshot.open(merged.delegate);
    for (const ChannelOffsets& channel :
         decode_packed_channels(merged, task.snapshot.metadata_path())) {
      add_buffers(stats, subtask, channel, *file);
    }
  }
}

}  // namespace

void add_operator_state_stats(const OperatorStatsTask& task, const Subtask& subtask) {
  const OperatorHandle& handle = *subtask.managed_operator_state;
  const OperatorStateStream stream(task.snapshot.open(handle.delegate), handle, task.registry);
  for (const StateMeta& state : stream.head().list_states) {
    add_list(task, subtask.index, stream, state);
  }
  for (const StateMeta& state : stream.head().broadcast_states) {
    add_broadcast(task, subtask.index, stream, state);
  }
}

void add_raw_operator_stats(const OperatorStatsTask& task, const Subtask& subtask) {
  const OperatorHandle& handle = *subtask.raw_operator_state;
  const auto file = task.snapshot.open(handle.delegate);
  StateStats& stats = stats_at(task, "raw_operator", "", subtask.index);
  // A partition that was never started is recorded at or behind the end of the stream.
  std::vector<OperatorStateEntry> inside = handle.states;
  for (OperatorStateEntry& state : inside) {
    std::erase_if(state.offsets, [&](std::int64_t offset) {
      return offset >= static_cast<std::int64_t>(file->size());
    });
  }
  const ElementBounds bounds(inside, 0, file->size(), file->name());
  for (const OperatorStateEntry& state : inside) {
    for (const std::int64_t offset : state.offsets) {
      stats.add_entry(subtask.index, 0, bounds.at(offset).size_bytes);
    }
  }
}

void add_raw_keyed_stats(const OperatorStatsTask& task, const Subtask& subtask) {
  const auto* handle = handle_as<KeyGroupsHandle>(subtask.raw_keyed_state);
  if (handle == nullptr) {
    throw UnsupportedError(
        fmt::format("{}: raw keyed state of operator {} subtask {} is in no key-groups handle",
                    task.snapshot.metadata_path(), operator_label(task.op()), subtask.index));
  }
  const auto file = task.snapshot.open(handle->delegate);
  StateStats& stats = stats_at(task, "raw_keyed", "", subtask.index);
  for (const KeyGroupSection& group : key_group_sections(*handle, 0, file->size(), file->name())) {
    if (group.size_bytes == 0 || !task.filter.wants_key_group(group.key_group)) continue;
    stats.add_entry(subtask.index, 0, group.size_bytes);
    stats.key_groups.add(group.key_group, task.op().max_parallelism, 1, group.size_bytes);
    ++stats.subtasks[subtask.index].key_groups;
  }
}

void add_channel_stats(const OperatorStatsTask& task, const Subtask& subtask) {
  add_channels(task, subtask.index, "input", subtask.input_channel_state);
  add_channels(task, subtask.index, "result", subtask.result_subpartition_state);
}

void add_coordinator_stats(const OperatorStatsTask& task) {
  StateStats& stats = stats_at(task, "coordinator", "", kNoSubtask);
  stats.value_bytes.add(task.op().coordinator_state->data.size());
}

void add_master_stats(const Snapshot& snapshot, const RowFilter& filter, StatsTable& table) {
  for (const MasterState& state : snapshot.metadata().master_states) {
    if (!filter.wants_state(state.name)) continue;
    StateStats& stats = table.at({StatsPlace::kNoOperator, "master", state.name});
    stats.value_bytes.add(state.payload.size());
  }
}

}  // namespace savvy
