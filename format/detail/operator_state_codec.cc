#include <fmt/format.h>

#include <algorithm>

#include "format/detail/handle_codec.h"
#include "format/errors.h"

namespace savvy::detail {
namespace {

constexpr std::size_t kMinSubtaskBytes = 4;           // a finished one is an index only
constexpr std::size_t kMinVersion2SubtaskBytes = 26;  // index, two dead fields, four empty slots
constexpr std::size_t kMinChannelBytes = 18;          // merged, without channels

// The index, or -(index + 1) for a finished subtask, which has nothing else.
void decode_subtask_index(ByteReader& in, const Layout& layout, std::int32_t parallelism,
                          Subtask& subtask) {
  const std::uint64_t start = in.offset();
  const std::int32_t stored = in.i32("subtask index");
  subtask.finished = stored < 0 && layout.has_finished_marks();
  subtask.index = subtask.finished ? ~stored : stored;
  if (subtask.index < 0 || subtask.index >= parallelism) {
    in.fail_at(start, fmt::format("subtask index = {} is not in 0 to parallelism {} - 1",
                                  subtask.index, parallelism));
  }
}

void encode_subtask_index(const Subtask& subtask, const Layout& layout, ByteWriter& out) {
  if (subtask.finished && !layout.has_finished_marks()) {
    throw UnsupportedError(
        fmt::format("a finished subtask cannot be written in this layout of metadata version {}",
                    layout.version));
  }
  out.i32(subtask.finished ? ~subtask.index : subtask.index);
}

// Version 2: fields that are dead since Flink 1.2.
void decode_dead_fields(ByteReader& in, Subtask& subtask) {
  subtask.duration_ms = in.i64("duration");
  const std::uint64_t start = in.offset();
  const std::int32_t legacy_states = in.i32("legacy state count");
  if (legacy_states != 0) {
    in.fail_at(start,
               fmt::format("legacy state count = {}, but version 2 has none", legacy_states));
  }
}

void encode_dead_fields(const Subtask& subtask, ByteWriter& out) {
  out.i64(subtask.duration_ms);
  out.i32(0);
}

std::vector<ChannelHandle> decode_channels(ByteReader& in, const Layout& layout, ChannelList list,
                                           std::int32_t subtask_index) {
  const bool input = list == ChannelList::kInput;
  return decode_list<ChannelHandle>(
      in, kMinChannelBytes, input ? "input channel count" : "result channel count",
      [&](std::size_t i) {
        Within place(in, input ? "input channel state" : "result channel state",
                     static_cast<std::int64_t>(i));
        return decode_channel_handle(in, layout, list, subtask_index);
      });
}

void encode_channels(const std::vector<ChannelHandle>& handles, const Layout& layout,
                     ChannelList list, ByteWriter& out) {
  out.count(handles.size());
  for (const ChannelHandle& handle : handles) encode_channel_handle(handle, layout, list, out);
}

template <typename Decode>
auto decode_slot(ByteReader& in, std::string_view what, Decode decode) {
  Within place(in, what);
  return decode();
}

void decode_slots(ByteReader& in, const Layout& layout, Subtask& subtask) {
  if (layout.version == 2) decode_dead_fields(in, subtask);
  const auto operator_slot = [&] { return decode_optional_operator_handle(in, layout); };
  const auto keyed_slot = [&] { return decode_keyed_handle(in, layout); };
  subtask.managed_operator_state = decode_slot(in, "managed operator state", operator_slot);
  subtask.raw_operator_state = decode_slot(in, "raw operator state", operator_slot);
  subtask.managed_keyed_state = decode_slot(in, "managed keyed state", keyed_slot);
  subtask.raw_keyed_state = decode_slot(in, "raw keyed state", keyed_slot);
  if (!layout.has_coordinators_and_channels()) return;
  subtask.input_channel_state = decode_channels(in, layout, ChannelList::kInput, subtask.index);
  subtask.result_subpartition_state =
      decode_channels(in, layout, ChannelList::kResult, subtask.index);
}

void encode_slots(const Subtask& subtask, const Layout& layout, ByteWriter& out) {
  if (layout.version == 2) encode_dead_fields(subtask, out);
  encode_optional_operator_handle(subtask.managed_operator_state, out);
  encode_optional_operator_handle(subtask.raw_operator_state, out);
  encode_keyed_handle(subtask.managed_keyed_state, layout, out);
  encode_keyed_handle(subtask.raw_keyed_state, layout, out);
  if (layout.has_coordinators_and_channels()) {
    encode_channels(subtask.input_channel_state, layout, ChannelList::kInput, out);
    encode_channels(subtask.result_subpartition_state, layout, ChannelList::kResult, out);
  } else if (!subtask.input_channel_state.empty() || !subtask.result_subpartition_state.empty()) {
    throw UnsupportedError("channel state cannot be written in metadata version 2");
  }
}

Subtask decode_subtask(ByteReader& in, const Layout& layout, std::int32_t parallelism) {
  Subtask subtask;
  decode_subtask_index(in, layout, parallelism, subtask);
  if (subtask.finished) return subtask;
  Within place(in, "subtask", subtask.index);
  decode_slots(in, layout, subtask);
  return subtask;
}

void encode_subtask(const Subtask& subtask, const Layout& layout, ByteWriter& out) {
  encode_subtask_index(subtask, layout, out);
  if (!subtask.finished) encode_slots(subtask, layout, out);
}

void decode_parallelism(ByteReader& in, OperatorState& state) {
  const std::uint64_t start = in.offset();
  state.parallelism = in.i32("parallelism");
  if (state.parallelism < 0) {
    in.fail_at(start, fmt::format("parallelism = {} is negative", state.parallelism));
  }
  state.max_parallelism = in.i32("max parallelism");
  if (state.parallelism > state.max_parallelism) {
    in.fail_at(start, fmt::format("parallelism {} is greater than max parallelism {}",
                                  state.parallelism, state.max_parallelism));
  }
}

std::optional<ByteStreamHandle> decode_coordinator_state(ByteReader& in, const Layout& layout) {
  Within place(in, "coordinator state");
  const std::uint64_t start = in.offset();
  StreamHandle handle = decode_stream_handle(in, layout, 0);
  if (is_null(handle)) return std::nullopt;
  if (auto* inline_state = std::get_if<ByteStreamHandle>(&handle)) return std::move(*inline_state);
  in.fail_at(start, "coordinator state is neither absent (code 0) nor a byte stream (code 1)");
}

void encode_coordinator_state(const std::optional<ByteStreamHandle>& state, ByteWriter& out) {
  encode_stream_handle(state ? StreamHandle(*state) : StreamHandle(), out);
}

void decode_subtasks(ByteReader& in, const Layout& layout, OperatorState& state) {
  const std::uint64_t start = in.offset();
  if (layout.has_finished_marks()) {
    state.finished_marker = std::min(in.i32("subtask count"), 0);
    if (state.fully_finished()) {
      if (!state.coordinator_state) return;
      in.fail_at(start, fmt::format("subtask count = {} says that the operator is fully finished, "
                                    "but it has coordinator state",
                                    state.finished_marker));
    }
    in.rewind(start);
  }
  state.subtasks = decode_list<Subtask>(
      in, layout.version == 2 ? kMinVersion2SubtaskBytes : kMinSubtaskBytes, "subtask count",
      [&](std::size_t) { return decode_subtask(in, layout, state.parallelism); });
}

void encode_subtasks(const OperatorState& state, const Layout& layout, ByteWriter& out) {
  if (!state.fully_finished()) {
    out.count(state.subtasks.size());
    for (const Subtask& subtask : state.subtasks) encode_subtask(subtask, layout, out);
  } else if (layout.has_finished_marks()) {
    out.i32(state.finished_marker);
  } else {
    throw UnsupportedError(
        fmt::format("a fully finished operator cannot be written in this layout of metadata "
                    "version {}",
                    layout.version));
  }
}

}  // namespace

OperatorState decode_operator_state(ByteReader& in, const Layout& layout) {
  OperatorState state;
  if (layout.has_names()) {
    state.name = in.utf("operator name");
    state.uid = in.utf("operator uid");
  }
  const Bytes id = in.take(state.id.bytes.size(), "operator id");
  std::copy(id.begin(), id.end(), state.id.bytes.begin());
  decode_parallelism(in, state);
  if (layout.version == 2) state.chain_length = in.i32("chain length");
  if (layout.has_coordinators_and_channels()) {
    state.coordinator_state = decode_coordinator_state(in, layout);
  }
  decode_subtasks(in, layout, state);
  return state;
}

void encode_operator_state(const OperatorState& state, const Layout& layout, ByteWriter& out) {
  if (layout.has_names()) {
    out.utf(state.name);
    out.utf(state.uid);
  }
  out.raw(state.id.bytes);
  out.i32(state.parallelism);
  out.i32(state.max_parallelism);
  if (layout.version == 2) out.i32(state.chain_length);
  if (layout.has_coordinators_and_channels()) {
    encode_coordinator_state(state.coordinator_state, out);
  } else if (state.coordinator_state) {
    throw UnsupportedError("coordinator state cannot be written in metadata version 2");
  }
  encode_subtasks(state, layout, out);
}

}  // namespace savvy::detail
