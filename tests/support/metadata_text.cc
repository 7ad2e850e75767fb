#include "tests/support/metadata_text.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "format/checkpoint_properties.h"
#include "tests/support/hex.h"

namespace savvy::testing {
namespace {

template <typename T, typename Render>
std::string join(const std::vector<T>& list, std::string_view separator, Render render) {
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) text += separator;
    text += render(list[i]);
  }
  return text;
}

std::string render_offsets(const std::vector<std::int64_t>& offsets) {
  return join(offsets, ",", [](std::int64_t offset) { return std::to_string(offset); });
}

std::string render(const KeyGroupRange& range) {
  return fmt::format("{}+{}", range.empty() ? 0 : range.first, range.count);
}

std::string render_groups(std::string_view kind, const KeyGroupRange& range,
                          const std::vector<std::int64_t>& offsets, const std::string& delegate) {
  return fmt::format("{}({}{}{},{})", kind, render(range), offsets.empty() ? "" : ",",
                     render_offsets(offsets), delegate);
}

// Streams -----------------------------------------------------------------------------------------

std::string render(const StreamHandle& handle);

struct StreamText {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(const ByteStreamHandle& h) const {
    return fmt::format("bytes({},{})", h.name, to_hex_text(h.data));
  }
  std::string operator()(const FileHandle& h) const {
    return fmt::format("file({},{})", h.path, h.size_bytes);
  }
  std::string operator()(const RelativeFileHandle& h) const {
    return fmt::format("rel({},{})", h.path, h.size_bytes);
  }
  std::string operator()(const Boxed<SegmentHandle>& h) const {
    return fmt::format("seg({},{},{},{},{})", h->start, h->size_bytes,
                       h->scope == SegmentScope::kShared ? "SHARED" : "EXCLUSIVE", h->path,
                       h->logical_file_id);
  }
  std::string operator()(EmptySegmentHandle) const { return "emptyseg"; }
  std::string operator()(const Boxed<NestedKeyGroupsHandle>& h) const {
    return render_groups("kg", h->range, h->offsets, render(h->delegate));
  }
};

std::string render(const StreamHandle& handle) { return std::visit(StreamText(), handle); }

// Operator state ----------------------------------------------------------------------------------

std::string render(const OperatorStateEntry& entry) {
  constexpr std::string_view kModes[] = {"SPLIT_DISTRIBUTE", "UNION", "BROADCAST"};
  return fmt::format("{}:{}:[{}]", entry.name, kModes[static_cast<std::size_t>(entry.mode)],
                     render_offsets(entry.offsets));
}

// Flink puts the states into a HashMap: of two states with one name the last one stays, and the
// order of the file is lost. For the names of the corpus (st1, st2, st3) its order is that of the
// names.
std::string render_states(const std::vector<OperatorStateEntry>& states) {
  std::map<std::string, const OperatorStateEntry*> by_name;
  for (const OperatorStateEntry& entry : states) by_name[entry.name] = &entry;
  std::string text;
  for (const auto& [name, entry] : by_name) text += (text.empty() ? "" : ";") + render(*entry);
  return text;
}

std::string render(const Boxed<OperatorHandle>& handle) {
  if (!handle) return "null";
  std::string directories;
  if (handle->directories) {
    directories = fmt::format("{},{},{}", handle->directories->task_owned,
                              handle->directories->shared, handle->directories->empty != 0);
  }
  return fmt::format("os([{}],{},{})", render_states(handle->states), directories,
                     render(handle->delegate));
}

// Keyed state -------------------------------------------------------------------------------------

// UUID.fromString pads and cuts each of five hexadecimal groups.
std::optional<std::string> parse_uuid(std::string_view text) {
  constexpr int kWidths[] = {8, 4, 4, 4, 12};
  std::string uuid;
  for (int i = 0; i < 5; ++i) {
    const std::size_t end = i < 4 ? text.find('-') : text.size();
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    std::uint64_t group = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + end, group, 16);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + end) return std::nullopt;
    group &= (std::uint64_t{1} << (4 * kWidths[i])) - 1;
    uuid += fmt::format("{}{:0{}x}", i > 0 ? "-" : "", group, kWidths[i]);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return uuid;
}

std::string backend_uuid(const std::string& stored) {
  if (const auto uuid = parse_uuid(stored)) return *uuid;
  // Flink takes the MD5 of any other string. The corpus has one.
  const std::map<std::string, std::string> name_uuids = {
      {"not-a-uuid", "84b1b24b-c3a1-3f06-a7c7-46d2ee9dd6f7"}};
  const auto found = name_uuids.find(stored);
  return found == name_uuids.end() ? "md5 of " + stored : found->second;
}

std::int64_t checkpointed_size(const IncrementalHandle& handle) {
  if (handle.checkpointed_size_bytes != kUnknownSize) return handle.checkpointed_size_bytes;
  std::int64_t sum = recorded_size(handle.meta).value_or(0);
  for (const LocalFile& file : handle.shared_files) sum += recorded_size(file.handle).value_or(0);
  for (const LocalFile& file : handle.private_files) sum += recorded_size(file.handle).value_or(0);
  return sum;
}

std::string render_files(const std::vector<LocalFile>& files) {
  return join(files, ";", [](const LocalFile& file) {
    return fmt::format("{}={}", file.local_path, render(file.handle));
  });
}

std::string render(const KeyedHandle& handle);

std::string render_parts(const std::vector<KeyedHandle>& parts) {
  return join(parts, ";", [](const KeyedHandle& part) { return render(part); });
}

struct KeyedText {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(const Boxed<KeyGroupsHandle>& h) const {
    return render_groups(h->code == KeyedCode::kSavepointKeyGroups ? "kgsp" : "kgk", h->range,
                         h->offsets, render(h->delegate));
  }
  std::string operator()(const Boxed<IncrementalHandle>& h) const {
    return fmt::format("inc({},{},{},{},{},[{}],[{}],{})", h->checkpoint_id,
                       backend_uuid(h->backend_id), render(h->range), checkpointed_size(*h),
                       render(h->meta), render_files(h->shared_files),
                       render_files(h->private_files), h->handle_id);
  }
  std::string operator()(const Boxed<ChangelogHandle>& h) const {
    return fmt::format("cl({},{},[{}],[{}],{},{},{})", render(h->range), h->checkpointed_size_bytes,
                       render_parts(h->materialized), render_parts(h->non_materialized),
                       h->materialization_id, h->checkpoint_id, h->handle_id);
  }
  std::string operator()(const Boxed<InMemoryChangelogHandle>& h) const {
    const std::string changes = join(h->changes, ";", [](const StateChange& change) {
      return fmt::format("{}:{}", change.key_group, to_hex_text(change.data));
    });
    return fmt::format("mem({},{},{},[{}],{})", render(h->range), h->from, h->to, changes,
                       h->handle_id);
  }
  std::string operator()(const Boxed<ChangelogStreamHandle>& h) const {
    const std::string segments = join(h->segments, ";", [](const ChangelogSegment& segment) {
      return fmt::format("{}:{}", segment.offset, render(segment.handle));
    });
    return fmt::format("cls({},[{}],{},{},{},{})", render(h->range), segments, h->size_bytes,
                       h->checkpointed_size_bytes, h->handle_id, h->storage_identifier);
  }
};

std::string render(const KeyedHandle& handle) { return std::visit(KeyedText(), handle); }

// Channel state -----------------------------------------------------------------------------------

std::string render_channel(std::int32_t subtask, const ChannelOffsets& channel,
                           const StreamHandle& delegate) {
  return fmt::format("ch({},{},{},[{}],{},{})", subtask, channel.first, channel.second,
                     render_offsets(channel.offsets), channel.size_bytes, render(delegate));
}

struct ChannelText {
  std::string operator()(const PlainChannelHandle& h) const {
    return render_channel(h.subtask_index, h.channel, h.delegate);
  }
  std::string operator()(const MergedChannelHandle& h) const {
    const std::string channels =
        join(decode_packed_channels(h, "packed"), ";", [&h](const ChannelOffsets& channel) {
          return render_channel(h.subtask_index, channel, h.delegate);
        });
    return fmt::format("merged({},{},{})", h.subtask_index, h.size_bytes, channels);
  }
};

std::string render(const std::vector<ChannelHandle>& handles) {
  return join(handles, ";", [](const auto& handle) { return std::visit(ChannelText(), handle); });
}

// The whole ---------------------------------------------------------------------------------------

std::string render(const Subtask& subtask) {
  if (subtask.finished) return fmt::format(" st {} finished\n", subtask.index);
  return fmt::format(" st {}|{}|{}|{}|{}|{}|{}\n", subtask.index,
                     render(subtask.managed_operator_state), render(subtask.raw_operator_state),
                     render(subtask.managed_keyed_state), render(subtask.raw_keyed_state),
                     render(subtask.input_channel_state),
                     render(subtask.result_subpartition_state));
}

std::string render(const OperatorState& state) {
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  std::string text =
      fmt::format("op {}|{}|{}|{}|{}|{}|{}\n", or_dash(state.name), or_dash(state.uid),
                  to_hex(state.id), state.parallelism, state.max_parallelism,
                  state.coordinator_state ? render(StreamHandle(*state.coordinator_state)) : "null",
                  state.fully_finished());
  std::map<std::int32_t, const Subtask*> by_index;
  for (const Subtask& subtask : state.subtasks) by_index[subtask.index] = &subtask;
  for (const auto& [index, subtask] : by_index) text += render(*subtask);
  return text;
}

std::string render_type(const CheckpointProperties& properties) {
  constexpr std::string_view kActions[] = {"NONE", "TERMINATE", "SUSPEND"};
  constexpr std::string_view kFormats[] = {"CANONICAL", "NATIVE"};
  constexpr std::string_view kSharing[] = {"FORWARD_BACKWARD", "FORWARD", "NO_SHARING"};
  if (properties.kind == SnapshotKind::kSavepoint) {
    return fmt::format("SavepointType{{name='{}', postCheckpointAction={}, formatType={}}}",
                       properties.name, kActions[static_cast<std::size_t>(properties.action)],
                       kFormats[static_cast<std::size_t>(properties.format)]);
  }
  return fmt::format("CheckpointType{{name='{}', sharingFilesStrategy={}}}", properties.name,
                     kSharing[static_cast<std::size_t>(properties.sharing)]);
}

std::string render_properties(const Metadata& metadata) {
  const auto properties = interpret_checkpoint_properties(metadata.properties, "properties");
  if (properties.kind == SnapshotKind::kUnknown) return "props null\n";
  return fmt::format(
      "props CheckpointProperties{{forced={}, checkpointType={}, discardSubsumed={}, "
      "discardFinished={}, discardCancelled={}, discardFailed={}, discardSuspended={}}},"
      "unclaimed={}\n",
      properties.forced, render_type(properties), properties.discard_subsumed,
      properties.discard_finished, properties.discard_cancelled, properties.discard_failed,
      properties.discard_suspended, properties.unclaimed);
}

}  // namespace

std::string render_as_flink(const Metadata& metadata) {
  std::string text = fmt::format("cp {}\n", metadata.checkpoint_id);
  for (const MasterState& state : metadata.master_states) {
    text += fmt::format("ms {},{},{}\n", state.version, state.name, to_hex_text(state.payload));
  }
  for (const OperatorState& state : metadata.operators) text += render(state);
  return text + render_properties(metadata);
}

}  // namespace savvy::testing
