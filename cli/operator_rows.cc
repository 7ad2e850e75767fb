#include "cli/operator_rows.h"

#include <fmt/format.h>

#include <utility>

#include "format/byte_reader.h"
#include "format/connectors/connector_state.h"
#include "format/errors.h"
#include "readers/operator_state_stream.h"

namespace savvy {
namespace {

struct Element {
  std::string_view state;
  std::int32_t index = 0;
};

constexpr std::string_view kMapReason =
    "the key's or value's type is not known, so the map cannot be cut";

// Reports a value that ends where its bytes end. It does not know where it was stored: offsets count
// from its own first byte, which `name` says.
void add_value(const Type& type, Bytes value, std::string_view name, const Element& place,
               ValueSink& sink) {
  ByteReader in(value, name);
  const Within within(in, place.state, place.index);
  if (type.decode(in, Extent::kDelimited, sink) == End::kKnown) in.expect_end("the value");
}

void add_list_rows(RowTask& task, const OperatorStateStream& stream, const StateMeta& state,
                   const RowHead& head) {
  const auto elements = stream.elements(state);
  const TypePtr type = task.options.messages->apply(
      MessagePart::kValue, state.name,
      with_connector_layouts(state.name, state.serializer(kValueSerializer)));
  const std::string name = fmt::format("{}: an element", stream.file().name());
  Element place = {state.name, 0};
  while (const std::optional<Bytes> element = elements->next()) {
    task.rows.begin(head);
    task.rows.number(Column::kListIndex, place.index);
    if (task.options.content == RowContent::kWhole) {
      add_value(*type, *element, name, place, task.rows.column(Column::kListValue));
    }
    task.rows.end();
    task.flush();
    ++place.index;
  }
}

void add_broadcast_rows(RowTask& task, const OperatorStateStream& stream, const StateMeta& state,
                        const RowHead& head) {
  std::optional<SectionReader> map = stream.broadcast_map(state);
  if (!map) return;
  const MessageTypes& messages = *task.options.messages;
  const TypePtr key =
      messages.apply(MessagePart::kMapKey, state.name, state.serializer(kKeySerializer));
  const TypePtr value =
      messages.apply(MessagePart::kValue, state.name, state.serializer(kValueSerializer));
  ByteReader& in = map->in();
  const Within place(in, state.name);
  if (!key->walkable() || !value->walkable()) {
    task.rows.begin(head);
    task.rows.column(Column::kStateValue)
        .opaque(map->take_to_end(),
                fmt::format("{} -> {}", key->describe().name, value->describe().name), kMapReason);
    task.rows.end();
    return;
  }
  const std::size_t size = decode_broadcast_map_size(in, *key, *value);
  for (std::size_t i = 0; i < size; ++i) {
    in.begin_entry();
    task.rows.begin(head);
    key->decode(in, Extent::kOpen, task.rows.column(Column::kMapKey));
    if (task.options.content == RowContent::kKeysOnly) {
      value->skip(in);
    } else {
      value->decode(in, Extent::kOpen, task.rows.column(Column::kMapValue));
    }
    task.rows.end();
    task.flush();
  }
  in.expect_end("the broadcast state");
}

std::string_view list_kind(const OperatorStateStream& stream, const StateMeta& state) {
  const OperatorStateEntry* entry = stream.entry(state.name);
  return entry != nullptr && entry->mode == DistributionMode::kUnion ? "union" : "list";
}

bool wants(const RowTask& task, std::string_view kind, std::string_view state) {
  return task.filter.wants_kind(kind) && task.filter.wants_state(state);
}

RowHead make_head(const RowTask& task, const SubtaskRef& where, std::string_view kind,
                  std::optional<std::string> state) {
  RowHeadFields fields = head_fields(where, std::string(kind));
  fields.state = std::move(state);
  return {std::move(fields), task.options.format};
}

// One row of bytes.
void add_bytes_row(RowTask& task, const RowHead& head, Bytes bytes) {
  task.rows.begin(head);
  if (task.options.content == RowContent::kWhole) {
    task.rows.column(Column::kStateValue).bytes(bytes);
  }
  task.rows.end();
}

struct ChannelNames {
  std::string_view state;
  std::string_view first;
  std::string_view second;
};
constexpr ChannelNames kInputNames = {"input", "gate", "channel"};
constexpr ChannelNames kResultNames = {"result", "partition", "subpartition"};

// The buffers of one channel: at every offset an i32 length and that many bytes.
void add_channel_buffers(RowTask& task, const RowHead& head, const ChannelNames& names,
                         const ChannelOffsets& channel, const RandomAccessFile& file) {
  std::int32_t index = 0;
  for (const std::int64_t offset : channel.offsets) {
    if (offset < 0 || static_cast<std::uint64_t>(offset) > file.size()) {
      throw FormatError(fmt::format(
          "{}: the handle's offset {} of a channel lies outside the {} bytes of the file",
          file.name(), offset, file.size()));
    }
    const auto start = static_cast<std::uint64_t>(offset);
    SectionReader section(file, {start, file.size() - start}, Compression::kNone);
    task.rows.begin(head);
    ValueSink& key = task.rows.column(Column::kStateKey);
    key.begin_object();
    key.field(names.first);
    key.int32(channel.first);
    key.field(names.second);
    key.int32(channel.second);
    key.end_object();
    task.rows.number(Column::kListIndex, index++);
    const Bytes buffer = section.in().blob("channel buffer");
    if (task.options.content == RowContent::kWhole) {
      task.rows.column(Column::kListValue).bytes(buffer);
    }
    task.rows.end();
    task.flush();
  }
}

void add_channel_list(RowTask& task, const SubtaskRef& where, const ChannelNames& names,
                      const std::vector<ChannelHandle>& handles) {
  if (!task.filter.wants_state(names.state)) return;
  const RowHead head = make_head(task, where, "channel", std::string(names.state));
  for (const ChannelHandle& handle : handles) {
    task.attempt([&] {
      if (const auto* plain = std::get_if<PlainChannelHandle>(&handle)) {
        const auto file = task.snapshot.open(plain->delegate);
        add_channel_buffers(task, head, names, plain->channel, *file);
        return;
      }
      const auto& merged = std::get<MergedChannelHandle>(handle);
      const auto file = task.snapshot.open(merged.delegate);
      for (const ChannelOffsets& channel :
           decode_packed_channels(merged, task.snapshot.metadata_path())) {
        add_channel_buffers(task, head, names, channel, *file);
      }
    });
  }
}

}  // namespace

RowHeadFields head_fields(const SubtaskRef& where, std::string kind) {
  RowHeadFields fields;
  fields.operator_label = operator_label(where.op);
  fields.operator_id = to_hex(where.op.id);
  fields.subtask = where.subtask.index;
  fields.kind = std::move(kind);
  return fields;
}

void add_operator_state_rows(RowTask& task, const SubtaskRef& where) {
  const OperatorHandle& handle = *where.subtask.managed_operator_state;
  const OperatorStateStream stream(task.snapshot.open(handle.delegate), handle, task.registry);
  for (const StateMeta& state : stream.head().list_states) {
    const std::string_view kind = list_kind(stream, state);
    if (!wants(task, kind, state.name)) continue;
    const RowHead head = make_head(task, where, kind, state.name);
    task.attempt([&] { add_list_rows(task, stream, state, head); });
  }
  for (const StateMeta& state : stream.head().broadcast_states) {
    if (!wants(task, "broadcast", state.name)) continue;
    const RowHead head = make_head(task, where, "broadcast", state.name);
    task.attempt([&] { add_broadcast_rows(task, stream, state, head); });
  }
}

void add_raw_operator_rows(RowTask& task, const SubtaskRef& where) {
  const OperatorHandle& handle = *where.subtask.raw_operator_state;
  const auto file = task.snapshot.open(handle.delegate);
  const RowHead head = make_head(task, where, "raw_operator", std::nullopt);
  // A partition that was never started is recorded at or behind the end of the stream.
  std::vector<OperatorStateEntry> inside = handle.states;
  for (OperatorStateEntry& state : inside) {
    std::erase_if(state.offsets, [&](std::int64_t offset) {
      return offset >= static_cast<std::int64_t>(file->size());
    });
  }
  const ElementBounds bounds(inside, 0, file->size(), file->name());
  std::int32_t index = 0;
  for (const OperatorStateEntry& state : inside) {
    for (const std::int64_t offset : state.offsets) {
      SectionReader section(*file, bounds.at(offset), Compression::kNone);
      task.rows.begin(head);
      task.rows.number(Column::kListIndex, index++);
      if (task.options.content == RowContent::kWhole) {
        task.rows.column(Column::kListValue).bytes(section.take_to_end());
      }
      task.rows.end();
      task.flush();
    }
  }
}

void add_raw_keyed_rows(RowTask& task, const SubtaskRef& where) {
  const auto* handle = handle_as<KeyGroupsHandle>(where.subtask.raw_keyed_state);
  if (handle == nullptr) {
    throw UnsupportedError(
        fmt::format("{}: raw keyed state of operator {} subtask {} is in no key-groups handle",
                    task.snapshot.metadata_path(), operator_label(where.op), where.subtask.index));
  }
  const auto file = task.snapshot.open(handle->delegate);
  const RowHead head = make_head(task, where, "raw_keyed", std::nullopt);
  for (const KeyGroupSection& group : key_group_sections(*handle, 0, file->size(), file->name())) {
    if (group.size_bytes == 0 || !task.filter.wants_key_group(group.key_group)) continue;
    SectionReader section(*file, {group.offset, group.size_bytes}, Compression::kNone);
    task.rows.begin(head);
    task.rows.number(Column::kKeyGroup, group.key_group);
    if (task.options.content == RowContent::kWhole) {
      task.rows.column(Column::kStateValue).bytes(section.take_to_end());
    }
    task.rows.end();
    task.flush();
  }
}

void add_channel_rows(RowTask& task, const SubtaskRef& where) {
  add_channel_list(task, where, kInputNames, where.subtask.input_channel_state);
  add_channel_list(task, where, kResultNames, where.subtask.result_subpartition_state);
}

void add_coordinator_row(RowTask& task, const OperatorState& op) {
  RowHeadFields fields;
  fields.operator_label = operator_label(op);
  fields.operator_id = to_hex(op.id);
  fields.kind = "coordinator";
  const RowHead head(std::move(fields), task.options.format);
  task.rows.begin(head);
  if (task.options.content == RowContent::kWhole) {
    emit_coordinator_state(op.coordinator_state->data, task.rows.column(Column::kStateValue));
  }
  task.rows.end();
}

void add_master_rows(RowTask& task) {
  for (const MasterState& state : task.snapshot.metadata().master_states) {
    if (!task.filter.wants_state(state.name)) continue;
    RowHeadFields fields;
    fields.kind = "master";
    fields.state = state.name;
    const RowHead head(std::move(fields), task.options.format);
    add_bytes_row(task, head, state.payload);
  }
}

}  // namespace savvy
