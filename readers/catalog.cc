#include "readers/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "format/byte_units.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "readers/changelog_source.h"
#include "readers/keyed_stream.h"
#include "readers/open_keyed.h"
#include "readers/operator_state_stream.h"
#include "readers/raw_timer_source.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

constexpr std::size_t kCacheBytes = 16 * kMiB;

std::uint64_t bytes_of(const KeyedHandle& handle) {
  std::uint64_t total = 0;
  for_each_stream(handle, [&](const StreamUse& use) {
    total += static_cast<std::uint64_t>(
        std::max<std::int64_t>(recorded_size(use.stream).value_or(0), 0));
  });
  return total;
}

StateInfo describe_keyed(const KeyedStateSchema& schema, std::string_view layout, bool compressed,
                         std::uint64_t stream_bytes, bool alone) {
  StateInfo info;
  info.kind = schema.kind == KeyedStateKind::kTimer ? "timer" : "keyed";
  info.name = schema.name;
  info.state_kind = to_string(schema.kind);
  info.layout = layout;
  info.compressed = compressed;
  info.ttl = schema.ttl;
  info.key = schema.key;
  info.name_space = schema.name_space;
  info.user_key = schema.user_key;
  info.value = schema.value;
  info.stream_bytes = stream_bytes;
  if (alone) info.bytes = stream_bytes;
  return info;
}

class CatalogReader {
 public:
  CatalogReader(const Snapshot& snapshot, const SerializerRegistry& registry, CatalogDepth depth)
      : snapshot_(snapshot), registry_(registry), depth_(depth) {}

  OperatorCatalog read(const OperatorState& op) {
    catalog_ = {};
    places_.clear();
    catalog_.op = &op;
    for (const Subtask& subtask : op.subtasks) {
      subtask_ = subtask.index;
      attempt([&] { read_keyed(subtask.managed_keyed_state, ""); });
      if (subtask.managed_operator_state && !holds_no_state(*subtask.managed_operator_state)) {
        attempt([&] { read_operator_state(*subtask.managed_operator_state); });
      }
      if (subtask.raw_operator_state) read_raw_operator_state(*subtask.raw_operator_state);
      read_raw_keyed_state(subtask.raw_keyed_state);
      read_channels(subtask.input_channel_state, "input");
      read_channels(subtask.result_subpartition_state, "result");
    }
    sort_states();
    return std::move(catalog_);
  }

 private:
  // One stream that cannot be read must not hide the others: the error becomes a line.
  void attempt(const std::function<void()>& read) {
    try {
      read();
    } catch (const Error& error) {
      const bool io = dynamic_cast<const IoError*>(&error) != nullptr;
      if (io && catalog_.io_error == nullptr) catalog_.io_error = std::current_exception();
      catalog_.problems.push_back(fmt::format("subtask {}: {}", subtask_, error.what()));
    }
  }

  void read_keyed(const KeyedHandle& handle, std::string_view outer_layout) {
    if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
      read_key_groups(*groups, bytes_of(handle), outer_layout);
    } else if (const auto* files = handle_as<IncrementalHandle>(handle)) {
      const std::string_view layout = outer_layout.empty() ? "rocksdb" : outer_layout;
      // Files that cannot be walked have their states described all the same.
      if (depth_ == CatalogDepth::kWalkEntries && try_walk(handle, layout)) return;
      SectionReader section = whole(files->meta);
      add_keyed(decode_keyed_meta_block(section.in(), registry_), layout, bytes_of(handle));
    } else if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
      // What is left when the log has been replayed.
      if (depth_ == CatalogDepth::kWalkEntries) return read_walked(handle, "changelog");
      for (const KeyedHandle& part : changelog->materialized) {
        attempt([&] { read_keyed(part, "changelog"); });
      }
      attempt([&] { read_change_log(*changelog); });
    }
  }

  void read_key_groups(const KeyGroupsHandle& groups, std::uint64_t bytes,
                       std::string_view outer_layout) {
    const KeyedStream stream(snapshot_.open(groups.delegate), groups,
                             key_group_prefix_bytes(catalog_.op->max_parallelism), registry_);
    const bool heap = stream.layout() == KeyedLayout::kHeap;
    const std::string_view own_layout = heap ? "heap" : "canonical";
    std::vector<StateInfo> states;
    for (const KeyedStateSchema& schema : stream.states()) {
      states.push_back(describe_keyed(schema, outer_layout.empty() ? own_layout : outer_layout,
                                      stream.meta().compressed, bytes,
                                      stream.states().size() == 1));
    }
    if (depth_ == CatalogDepth::kWalkEntries) walk_entries(stream, states);
    for (StateInfo& state : states) add(std::move(state));
  }

  static void walk_entries(const KeyedSource& stream, std::vector<StateInfo>& states) {
    for (StateInfo& state : states) state.bytes = state.element_count = 0;
    for (const KeyGroupSection& section : stream.sections()) {
      const auto entries = stream.open(section);
      KeyedEntry entry;
      while (entries->next(entry)) {
        *states[entry.state].bytes += entry.composite_key.size() + entry.value.size();
        ++*states[entry.state].element_count;
      }
    }
  }

  void add_keyed(const KeyedMetaBlock& meta, std::string_view layout, std::uint64_t bytes) {
    for (const StateMeta& state : meta.states) {
      // The size of files is none of entries.
      const bool alone = depth_ == CatalogDepth::kHeads && meta.states.size() == 1;
      add(describe_keyed(keyed_state_schema(meta, state, snapshot_.metadata_path()), layout,
                         meta.compressed, bytes, alone));
    }
  }

  bool try_walk(const KeyedHandle& handle, std::string_view layout) {
    bool walked = false;
    attempt([&] {
      read_walked(handle, layout);
      walked = true;
    });
    return walked;
  }

  void read_walked(const KeyedHandle& handle, std::string_view layout) {
    const RocksdbCache cache(kCacheBytes);
    const auto source =
        open_keyed_source(snapshot_, handle, catalog_.op->max_parallelism, registry_, cache);
    std::vector<StateInfo> states;
    for (const KeyedStateSchema& schema : source->states()) {
      states.push_back(describe_keyed(schema, layout, false, bytes_of(handle), false));
    }
    walk_entries(*source, states);
    for (StateInfo& state : states) add(std::move(state));
  }

  // States that a change log announces, beside those of the full handles. The log does not name the
  // key's type, which is the same for all states of an operator.
  void read_change_log(const ChangelogHandle& handle) {
    std::uint64_t bytes = 0;
    for (const KeyedHandle& part : handle.non_materialized) bytes += logged_bytes(part);
    for (const KeyedStateSchema& schema :
         announced_states(snapshot_, handle, registry_, known_key())) {
      add(describe_keyed(schema, "changelog", false, bytes, false));
    }
  }

  static std::uint64_t logged_bytes(const KeyedHandle& part) {
    std::uint64_t bytes = 0;
    if (const auto* log = handle_as<ChangelogStreamHandle>(part)) {
      bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(log->size_bytes, 0));
    } else if (const auto* changes = handle_as<InMemoryChangelogHandle>(part)) {
      for (const StateChange& change : changes->changes) bytes += change.data.size();
    }
    return bytes;
  }

  TypePtr known_key() const {
    for (const StateInfo& state : catalog_.states) {
      if (state.key != nullptr && state.key->walkable()) return state.key;
    }
    return nullptr;
  }

  void read_operator_state(const OperatorHandle& handle) {
    const OperatorStateStream stream(snapshot_.open(handle.delegate), handle, registry_);
    for (const StateMeta& state : stream.head().list_states) {
      const OperatorStateEntry* entry = stream.entry(state.name);
      const bool is_union = entry != nullptr && entry->mode == DistributionMode::kUnion;
      StateInfo info = describe_operator_state(stream, state, is_union ? "union" : "list");
      info.element_count = entry != nullptr ? entry->offsets.size() : 0;
      add(std::move(info));
    }
    for (const StateMeta& state : stream.head().broadcast_states) {
      StateInfo info = describe_operator_state(stream, state, "broadcast");
      info.user_key = state.serializer(kKeySerializer);
      add(std::move(info));
    }
  }

  static StateInfo describe_operator_state(const OperatorStateStream& stream,
                                           const StateMeta& state, std::string_view kind) {
    StateInfo info;
    info.kind = kind;
    info.name = state.name;
    info.compressed = stream.head().compressed;
    info.value = state.serializer(kValueSerializer);
    info.bytes = stream.stored_bytes(state.name);
    info.stream_bytes = stream.file().size();
    return info;
  }

  void read_raw_operator_state(const OperatorHandle& handle) {
    for (const OperatorStateEntry& entry : handle.states) {
      StateInfo info;
      info.kind = "raw_operator";
      info.name = entry.name;
      info.element_count = entry.offsets.size();
      info.bytes = info.stream_bytes = recorded(handle.delegate);
      add(std::move(info));
    }
  }

  void read_raw_keyed_state(const KeyedHandle& handle) {
    if (is_null(handle)) return;
    const std::uint64_t bytes = bytes_of(handle);
    std::unique_ptr<KeyedSource> timers;
    attempt([&] {
      timers = open_raw_timer_source(
          snapshot_, handle, key_group_prefix_bytes(catalog_.op->max_parallelism), registry_);
    });
    if (timers != nullptr) return add_raw_timers(*timers, bytes);
    StateInfo info;
    info.kind = "raw_keyed";
    info.bytes = info.stream_bytes = bytes;
    add(std::move(info));
  }

  void add_raw_timers(const KeyedSource& timers, std::uint64_t bytes) {
    std::vector<StateInfo> states;
    for (const KeyedStateSchema& schema : timers.states()) {
      states.push_back(describe_keyed(schema, "raw", false, bytes, timers.states().size() == 1));
    }
    if (depth_ == CatalogDepth::kWalkEntries) walk_entries(timers, states);
    for (StateInfo& state : states) add(std::move(state));
  }

  void read_channels(const std::vector<ChannelHandle>& handles, std::string_view direction) {
    for (const ChannelHandle& handle : handles) {
      StateInfo info;
      info.kind = "channel";
      info.name = direction;
      const auto* plain = std::get_if<PlainChannelHandle>(&handle);
      const std::int64_t size = plain != nullptr ? plain->channel.size_bytes
                                                 : std::get<MergedChannelHandle>(handle).size_bytes;
      info.bytes = info.stream_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 0));
      add(std::move(info));
    }
  }

  static std::uint64_t recorded(const StreamHandle& handle) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(recorded_size(handle).value_or(0), 0));
  }

  SectionReader whole(const StreamHandle& handle) {
    meta_file_ = snapshot_.open(handle);
    return {*meta_file_, {0, meta_file_->size()}, Compression::kNone};
  }

  void add(StateInfo info) {
    const auto [place, fresh] =
        places_.try_emplace({std::string(info.kind), info.name}, catalog_.states.size());
    if (!fresh) {
      StateInfo& known = catalog_.states[place->second];
      if (known.subtasks.back() != subtask_) known.subtasks.push_back(subtask_);
      known.stream_bytes += info.stream_bytes;
      if (known.key != nullptr && !known.key->walkable()) known.key = info.key;
      known.bytes =
          known.bytes && info.bytes ? std::optional(*known.bytes + *info.bytes) : std::nullopt;
      // A part that was not walked leaves the whole unknown.
      known.element_count = known.element_count && info.element_count
                                ? std::optional(*known.element_count + *info.element_count)
                                : std::nullopt;
      return;
    }
    info.subtasks = {subtask_};
    catalog_.states.push_back(std::move(info));
  }

  void sort_states() {
    constexpr std::array<std::string_view, 8> kOrder = {
        "keyed", "timer", "list", "union", "broadcast", "raw_keyed", "raw_operator", "channel"};
    const auto rank = [&](const StateInfo& info) {
      return std::find(kOrder.begin(), kOrder.end(), info.kind) - kOrder.begin();
    };
    std::sort(catalog_.states.begin(), catalog_.states.end(),
              [&](const StateInfo& a, const StateInfo& b) {
                return rank(a) != rank(b) ? rank(a) < rank(b) : a.name < b.name;
              });
  }

  const Snapshot& snapshot_;
  const SerializerRegistry& registry_;
  CatalogDepth depth_;
  OperatorCatalog catalog_;
  std::map<std::pair<std::string, std::string>, std::size_t>
      places_;  // of states, by kind and name
  std::int32_t subtask_ = 0;
  std::unique_ptr<RandomAccessFile> meta_file_;
};

}  // namespace

std::vector<OperatorCatalog> read_catalog(const Snapshot& snapshot,
                                          const SerializerRegistry& registry, CatalogDepth depth) {
  std::vector<OperatorCatalog> catalog;
  CatalogReader reader(snapshot, registry, depth);
  for (const OperatorState& op : snapshot.metadata().operators) {
    catalog.push_back(reader.read(op));
  }
  return catalog;
}

}  // namespace savvy
