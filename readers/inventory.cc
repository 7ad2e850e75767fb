#include "readers/inventory.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>
#include <utility>

namespace savvy {
namespace {

std::string_view role_word(StreamRole role) {
  switch (role) {
    case StreamRole::kKeyGroups:
      return "key_groups";
    case StreamRole::kIncrementalMeta:
      return "meta";
    case StreamRole::kSharedFile:
      return "shared_file";
    case StreamRole::kPrivateFile:
      return "private_file";
    case StreamRole::kChangelogSegment:
      return "changelog";
    case StreamRole::kOperatorState:
      return "operator_state";
    case StreamRole::kChannelState:
      return "channel_state";
  }
  return {};
}

class InventoryReader {
 public:
  explicit InventoryReader(const Snapshot& snapshot) : snapshot_(snapshot) {}

  std::vector<FileEntry> read() {
    FileEntry metadata;
    metadata.kind = "metadata";
    metadata.uri = snapshot_.metadata_path();
    metadata.local_path = metadata.uri;
    metadata.found_bytes = snapshot_.metadata_bytes();
    files_.push_back(std::move(metadata));
    for (const MasterState& state : snapshot_.metadata().master_states) {
      use_ = {};
      use_.slot = "master";
      add_inline(state.name, state.payload.size());
    }
    for (const OperatorState& op : snapshot_.metadata().operators) read_operator(op);
    return std::move(files_);
  }

 private:
  void read_operator(const OperatorState& op) {
    use_ = {};
    use_.operator_label = operator_label(op);
    use_.operator_id = to_hex(op.id);
    if (op.coordinator_state) {
      use_.slot = "coordinator";
      add_stream(StreamHandle(*op.coordinator_state));
    }
    for (const Subtask& subtask : op.subtasks) read_subtask(subtask);
  }

  void read_subtask(const Subtask& subtask) {
    use_.subtask = subtask.index;
    read_keyed(subtask.managed_keyed_state, "managed_keyed");
    read_keyed(subtask.raw_keyed_state, "raw_keyed");
    if (subtask.managed_operator_state) {
      read_slot(*subtask.managed_operator_state, "managed_operator");
    }
    if (subtask.raw_operator_state) read_slot(*subtask.raw_operator_state, "raw_operator");
    for (const ChannelHandle& handle : subtask.input_channel_state) {
      read_slot(handle, "channel_input");
    }
    for (const ChannelHandle& handle : subtask.result_subpartition_state) {
      read_slot(handle, "channel_result");
    }
  }

  void read_keyed(const KeyedHandle& handle, std::string_view slot) {
    read_slot(handle, slot);
    add_inline_changes(handle);
  }

  template <typename Handle>
  void read_slot(const Handle& handle, std::string_view slot) {
    use_.slot = slot;
    for_each_stream(handle, [this](const StreamUse& use) {
      use_.role = role_word(use.role);
      use_.local_name = use.local_path;
      if (!is_null(use.stream)) add_stream(use.stream);
    });
    use_.role.clear();
    use_.local_name.clear();
  }

  // The changes of an in-memory change log lie in the metadata under the handle's id.
  void add_inline_changes(const KeyedHandle& handle) {
    if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
      for (const KeyedHandle& part : changelog->materialized) add_inline_changes(part);
      for (const KeyedHandle& part : changelog->non_materialized) add_inline_changes(part);
    } else if (const auto* log = handle_as<InMemoryChangelogHandle>(handle)) {
      std::size_t bytes = 0;
      for (const StateChange& change : log->changes) bytes += change.data.size();
      use_.role = "changelog";
      add_inline(log->handle_id, bytes);
      use_.role.clear();
    }
  }

  void add_inline(const std::string& name, std::size_t bytes) {
    FileEntry entry;
    entry.kind = "inline";
    entry.uri = name;
    entry.recorded_bytes = static_cast<std::int64_t>(bytes);
    entry.found_bytes = bytes;
    add(fmt::format("inline {}", name), std::move(entry));
  }

  void add_stream(const StreamHandle& handle) {
    const StreamHandle& stream = innermost(handle);
    if (const auto* bytes = handle_as<ByteStreamHandle>(stream)) {
      return add_inline(bytes->name, bytes->data.size());
    }
    FileEntry entry;
    std::string identity;
    if (const auto* file = handle_as<FileHandle>(stream)) {
      entry.kind = "file";
      entry.uri = file->path;
      identity = fmt::format("file {}", file->path);
    } else if (const auto* relative = handle_as<RelativeFileHandle>(stream)) {
      entry.kind = "relative";
      entry.uri = relative->path;
      identity = fmt::format("relative {}", relative->path);
    } else if (const auto* segment = handle_as<SegmentHandle>(stream)) {
      entry.kind = "segment";
      entry.uri = segment->path;
      entry.segment_start = segment->start;
      identity =
          fmt::format("segment {} {} {}", segment->start, segment->size_bytes, segment->path);
    } else {
      return;  // an empty segment stands for no file
    }
    entry.recorded_bytes = recorded_size(stream);
    entry.local_path = snapshot_.local_path(stream);
    if (!known_.contains(identity)) entry.found_bytes = snapshot_.found_bytes(stream);
    add(identity, std::move(entry));
  }

  void add(const std::string& identity, FileEntry entry) {
    const auto [known, fresh] = known_.try_emplace(identity, files_.size());
    if (fresh) files_.push_back(std::move(entry));
    files_[known->second].uses.push_back(use_);
  }

  const Snapshot& snapshot_;
  FileUse use_;
  std::vector<FileEntry> files_;
  std::unordered_map<std::string, std::size_t> known_;
};

}  // namespace

std::vector<FileEntry> read_inventory(const Snapshot& snapshot) {
  return InventoryReader(snapshot).read();
}

InventoryTotals total(const std::vector<FileEntry>& files) {
  InventoryTotals totals;
  for (const FileEntry& file : files) {
    if (file.kind == "metadata") continue;
    const auto found = file.found_bytes.value_or(0);
    const std::int64_t recorded = file.recorded_bytes.value_or(-1);
    const std::uint64_t bytes = recorded >= 0 ? static_cast<std::uint64_t>(recorded) : found;
    (file.is_inline() ? totals.inline_count : totals.file_count) += 1;
    (file.is_inline() ? totals.inline_bytes : totals.file_bytes) += bytes;
    if (file.missing()) ++totals.missing_count;
  }
  return totals;
}

}  // namespace savvy
