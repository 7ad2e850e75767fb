#include "readers/inventory.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <string_view>

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

// By what Flink tells files and inline bytes apart: files by their path, segments by path and
// position, inline bytes by their name. Views into the metadata.
struct Identity {
  std::string_view kind;
  std::string_view name;
  std::int64_t start = 0;
  std::int64_t size = 0;

  auto operator<=>(const Identity&) const = default;
};

std::size_t hash_of(const Identity& id) {
  const std::hash<std::string_view> hash;
  // Odd multipliers, so that segments of one file hardly meet.
  return hash(id.name) ^ hash(id.kind) ^ static_cast<std::size_t>(id.start) * 0x9E3779B97F4A7C15U ^
         static_cast<std::size_t>(id.size) * 0xC2B2AE3D27D4EB4FU;
}

// Something that a handle needs.
struct Need {
  Identity identity;
  std::optional<std::int64_t> recorded_bytes;
  const StreamHandle* stream = nullptr;  // of a file; null: inline bytes

  bool is_inline() const { return stream == nullptr; }
};

std::optional<Identity> identity_of(const StreamHandle& stream) {
  if (const auto* file = handle_as<FileHandle>(stream)) return Identity{"file", file->path};
  if (const auto* relative = handle_as<RelativeFileHandle>(stream)) {
    return Identity{"relative", relative->path};
  }
  if (const auto* segment = handle_as<SegmentHandle>(stream)) {
    return Identity{"segment", segment->path, segment->start, segment->size_bytes};
  }
  return std::nullopt;  // an empty segment stands for no file
}

std::optional<std::uint64_t> found_bytes(const Snapshot& snapshot, const Need& need) {
  if (need.is_inline()) return static_cast<std::uint64_t>(*need.recorded_bytes);
  return snapshot.found_bytes(*need.stream);
}

// Calls visit(need, use) for everything that the handles of a snapshot need, as often as they do.
template <typename Visit>
class NeedWalker {
 public:
  NeedWalker(const Metadata& metadata, Visit visit) : metadata_(metadata), visit_(visit) {}

  void walk() {
    for (const MasterState& state : metadata_.master_states) {
      use_ = {};
      use_.slot = "master";
      visit_inline(state.name, state.payload.size());
    }
    for (const OperatorState& op : metadata_.operators) walk_operator(op);
  }

 private:
  void walk_operator(const OperatorState& op) {
    use_ = {};
    use_.operator_label = operator_label(op);
    use_.operator_id = to_hex(op.id);
    if (op.coordinator_state) {
      use_.slot = "coordinator";
      visit_inline(op.coordinator_state->name, op.coordinator_state->data.size());
    }
    for (const Subtask& subtask : op.subtasks) walk_subtask(subtask);
  }

  void walk_subtask(const Subtask& subtask) {
    use_.subtask = subtask.index;
    walk_keyed(subtask.managed_keyed_state, "managed_keyed");
    walk_keyed(subtask.raw_keyed_state, "raw_keyed");
    if (subtask.managed_operator_state) {
      walk_slot(*subtask.managed_operator_state, "managed_operator");
    }
    if (subtask.raw_operator_state) walk_slot(*subtask.raw_operator_state, "raw_operator");
    for (const ChannelHandle& handle : subtask.input_channel_state) {
      walk_slot(handle, "channel_input");
    }
    for (const ChannelHandle& handle : subtask.result_subpartition_state) {
      walk_slot(handle, "channel_result");
    }
  }

  void walk_keyed(const KeyedHandle& handle, std::string_view slot) {
    walk_slot(handle, slot);
    visit_inline_changes(handle);
  }

  template <typename Handle>
  void walk_slot(const Handle& handle, std::string_view slot) {
    use_.slot = slot;
    for_each_stream(handle, [this](const StreamUse& use) {
      use_.role = role_word(use.role);
      use_.local_name = use.local_path;
      if (!is_null(use.stream)) visit_stream(innermost(use.stream));
    });
    use_.role.clear();
    use_.local_name.clear();
  }

  // The changes of an in-memory change log lie in the metadata under the handle's id.
  void visit_inline_changes(const KeyedHandle& handle) {
    if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
      for (const KeyedHandle& part : changelog->materialized) visit_inline_changes(part);
      for (const KeyedHandle& part : changelog->non_materialized) visit_inline_changes(part);
    } else if (const auto* log = handle_as<InMemoryChangelogHandle>(handle)) {
      std::size_t bytes = 0;
      for (const StateChange& change : log->changes) bytes += change.data.size();
      use_.role = "changelog";
      visit_inline(log->handle_id, bytes);
      use_.role.clear();
    }
  }

  void visit_inline(std::string_view name, std::size_t bytes) {
    visit_({{"inline", name}, static_cast<std::int64_t>(bytes)}, use_);
  }

  void visit_stream(const StreamHandle& stream) {
    if (const auto* bytes = handle_as<ByteStreamHandle>(stream)) {
      return visit_inline(bytes->name, bytes->data.size());
    }
    if (const std::optional<Identity> identity = identity_of(stream)) {
      visit_({*identity, recorded_size(stream), &stream}, use_);
    }
  }

  const Metadata& metadata_;
  Visit visit_;
  FileUse use_;
};

std::vector<Identity> identities_in(const Metadata& metadata) {
  std::vector<Identity> identities;
  const auto add = [&](const Need& need, const FileUse&) { identities.push_back(need.identity); };
  NeedWalker(metadata, add).walk();
  return identities;
}

// For each thing that is needed, by its place in the walk: where it was needed first. Sorted, since
// a hash table of 10^5 things misses the cache several times for each, and by more than the hash,
// since who makes a snapshot can make hashes equal.
std::vector<std::size_t> first_needs(const Metadata& metadata) {
  const std::vector<Identity> identities = identities_in(metadata);
  struct Hashed {
    std::size_t hash;
    std::size_t place;
  };
  std::vector<Hashed> sorted;
  sorted.reserve(identities.size());
  for (const Identity& id : identities) sorted.push_back({hash_of(id), sorted.size()});
  std::sort(sorted.begin(), sorted.end(), [&](const Hashed& a, const Hashed& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const auto order = identities[a.place] <=> identities[b.place];
    return order == 0 ? a.place < b.place : order < 0;
  });
  std::vector<std::size_t> first(identities.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::size_t place = sorted[i].place;
    const bool again = i > 0 && sorted[i - 1].hash == sorted[i].hash &&
                       identities[sorted[i - 1].place] == identities[place];
    first[place] = again ? first[sorted[i - 1].place] : place;
  }
  return first;
}

FileEntry entry_of(const Snapshot& snapshot, const Need& need) {
  FileEntry entry;
  entry.kind = need.identity.kind;
  entry.uri = need.identity.name;
  entry.recorded_bytes = need.recorded_bytes;
  entry.found_bytes = found_bytes(snapshot, need);
  if (need.is_inline()) return entry;
  entry.local_path = snapshot.local_path(*need.stream);
  if (handle_as<SegmentHandle>(*need.stream) != nullptr) {
    entry.segment_start = need.identity.start;
  }
  return entry;
}

FileEntry metadata_entry(const Snapshot& snapshot) {
  FileEntry entry;
  entry.kind = "metadata";
  entry.uri = snapshot.metadata_path();
  entry.local_path = entry.uri;
  entry.found_bytes = snapshot.metadata_bytes();
  return entry;
}

enum class Whereabouts { kFound, kMissing, kNotSeen };

void count(bool is_inline, std::optional<std::int64_t> recorded_bytes,
           std::optional<std::uint64_t> found, Whereabouts whereabouts, InventoryTotals& totals) {
  const std::int64_t recorded = recorded_bytes.value_or(-1);
  const std::uint64_t bytes =
      recorded >= 0 ? static_cast<std::uint64_t>(recorded) : found.value_or(0);
  (is_inline ? totals.inline_count : totals.file_count) += 1;
  (is_inline ? totals.inline_bytes : totals.file_bytes) += bytes;
  if (whereabouts == Whereabouts::kMissing) ++totals.missing_count;
  if (whereabouts == Whereabouts::kNotSeen) ++totals.not_seen_count;
}

Whereabouts whereabouts_of(const FileEntry& file) {
  if (file.not_seen()) return Whereabouts::kNotSeen;
  return file.missing() ? Whereabouts::kMissing : Whereabouts::kFound;
}

Whereabouts whereabouts_of(const Snapshot& snapshot, const Need& need, bool found) {
  if (found) return Whereabouts::kFound;
  return snapshot.local_path(*need.stream) ? Whereabouts::kMissing : Whereabouts::kNotSeen;
}

}  // namespace

std::vector<FileEntry> read_inventory(const Snapshot& snapshot) {
  std::vector<FileEntry> files = {metadata_entry(snapshot)};
  const std::vector<std::size_t> first = first_needs(snapshot.metadata());
  std::vector<std::size_t> entry_of_need;
  entry_of_need.reserve(first.size());
  const auto add = [&](const Need& need, const FileUse& use) {
    const std::size_t place = entry_of_need.size();
    if (first[place] == place) {
      entry_of_need.push_back(files.size());
      files.push_back(entry_of(snapshot, need));
    } else {
      entry_of_need.push_back(entry_of_need[first[place]]);
    }
    files[entry_of_need.back()].uses.push_back(use);
  };
  NeedWalker(snapshot.metadata(), add).walk();
  return files;
}

InventoryTotals total(const std::vector<FileEntry>& files) {
  InventoryTotals totals;
  for (const FileEntry& file : files) {
    if (file.kind == "metadata") continue;
    count(file.is_inline(), file.recorded_bytes, file.found_bytes, whereabouts_of(file), totals);
  }
  return totals;
}

InventorySummary summarize_inventory(const Snapshot& snapshot) {
  InventorySummary summary;
  const std::vector<std::size_t> first = first_needs(snapshot.metadata());
  std::size_t place = 0;
  const auto add = [&](const Need& need, const FileUse&) {
    const bool again = first[place] != place;
    ++place;
    if (again) return;
    const std::optional<std::uint64_t> found = found_bytes(snapshot, need);
    const Whereabouts whereabouts = whereabouts_of(snapshot, need, found.has_value());
    count(need.is_inline(), need.recorded_bytes, found, whereabouts, summary.totals);
    if (whereabouts == Whereabouts::kMissing) summary.missing.push_back(need.stream);
    if (whereabouts == Whereabouts::kNotSeen && summary.first_not_seen == nullptr) {
      summary.first_not_seen = need.stream;
    }
  };
  NeedWalker(snapshot.metadata(), add).walk();
  return summary;
}

}  // namespace savvy
