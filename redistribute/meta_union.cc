#include "redistribute/meta_union.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "format/byte_reader.h"
#include "format/byte_writer.h"
#include "format/errors.h"
#include "format/snapshot_union.h"

namespace savvy {
namespace {

// The count of states is an i16.
constexpr std::size_t kMostStates = std::numeric_limits<std::int16_t>::max();

std::string type_name(const SerializerSnapshot& snapshot) {
  return snapshot.type == nullptr ? "unknown" : snapshot.type->describe().name;
}

// Two streams and what they are about to be compared in.
struct Comparison {
  std::string_view where;
  std::string_view first;
  std::string_view second;
  const SerializerRegistry& registry;

  [[noreturn]] void refuse(const std::string& what, const std::string& in_first,
                           const std::string& in_second) const {
    throw UnsupportedError(fmt::format("{}: {} in {} and {} in {}; such streams cannot be merged",
                                       where, fmt::format("{} is {}", what, in_first), first,
                                       in_second, second));
  }
};

// Makes `united` the union of both.
void unite_serializer(SerializerSnapshot& united, const SerializerSnapshot& other,
                      const std::string& what, const Comparison& comparison) {
  if (united.stored == other.stored) return;
  std::optional<ByteVector> bytes =
      unite_snapshots(united.stored, other.stored, comparison.registry);
  if (!bytes) {
    const std::string a = type_name(united);
    const std::string b = type_name(other);
    comparison.refuse(what, a, a == b ? b + " with another snapshot" : b);
  }
  ByteReader in(*bytes, comparison.where);
  united = read_serializer_snapshot(in, comparison.registry);
}

std::string kind_text(BackendStateType type) {
  switch (type) {
    case BackendStateType::kKeyValue:
      return "a KEY_VALUE state";
    case BackendStateType::kOperator:
      return "a list state";
    case BackendStateType::kBroadcast:
      return "a broadcast state";
    case BackendStateType::kPriorityQueue:
      return "a queue";
    case BackendStateType::kKeyValueV2:
      return "a KEY_VALUE_V2 state";
  }
  return "a state";
}

std::string options_text(const StateMeta& state) {
  std::map<std::string, std::string> sorted(state.options.begin(), state.options.end());
  std::string text;
  for (const auto& [key, value] : sorted) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", key, value);
  }
  return text.empty() ? "without options" : text;
}

std::string roles_text(const StateMeta& state) {
  std::vector<std::string_view> roles;
  for (const auto& [role, snapshot] : state.serializers) roles.push_back(role);
  std::sort(roles.begin(), roles.end());
  return fmt::format("described by {}", fmt::join(roles, ", "));
}

void unite_state(StateMeta& united, const StateMeta& other, const Comparison& comparison) {
  const std::string what = fmt::format("state \"{}\"", united.name);
  if (united.type != other.type) {
    comparison.refuse(what, kind_text(united.type), kind_text(other.type));
  }
  if (options_text(united) != options_text(other)) {
    comparison.refuse(what, options_text(united), options_text(other));
  }
  if (roles_text(united) != roles_text(other)) {
    comparison.refuse(what, roles_text(united), roles_text(other));
  }
  std::unordered_map<std::string_view, const SerializerSnapshot*> twins;
  for (const auto& [role, snapshot] : other.serializers) twins.try_emplace(role, &snapshot);
  for (auto& [role, snapshot] : united.serializers) {
    unite_serializer(snapshot, *twins.at(role), fmt::format("the {} of {}", role, what),
                     comparison);
  }
}

using StateKey = std::pair<std::string_view, bool>;  // name, whether it is a queue

StateKey key_of(const StateMeta& state) {
  return {state.name, state.type == BackendStateType::kPriorityQueue};
}

// Collects the states of one stream after the other.
class StateUnion {
 public:
  StateUnion(const SerializerRegistry& registry, std::string_view where)
      : registry_(registry), where_(where) {}

  void add(const std::vector<StateMeta>& states, std::string_view label) {
    std::vector<std::size_t> ids;
    ids.reserve(states.size());
    for (const StateMeta& state : states) ids.push_back(add_state(state, label));
    ids_.push_back(std::move(ids));
  }

  const StateIds& ids() const { return ids_; }
  std::vector<StateMeta> take_states() {
    if (states_.size() > kMostStates) {
      throw UnsupportedError(
          fmt::format("{}: the streams have {} states together, one has at most "
                      "{}",
                      where_, states_.size(), kMostStates));
    }
    return std::move(states_);
  }

  bool same_ids() const {
    return std::all_of(ids_.begin(), ids_.end(), [this](const std::vector<std::size_t>& ids) {
      if (ids.size() != positions_.size()) return false;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] != i) return false;
      }
      return true;
    });
  }

 private:
  std::size_t add_state(const StateMeta& state, std::string_view label) {
    const auto [name, is_queue] = key_of(state);
    const auto [entry, is_new] =
        positions_.try_emplace({std::string(name), is_queue}, states_.size());
    if (is_new) {
      states_.push_back(state);
      labels_.emplace_back(label);
    } else {
      const std::string& first = labels_[entry->second];
      unite_state(states_[entry->second], state, {where_, first, label, registry_});
    }
    return entry->second;
  }

  const SerializerRegistry& registry_;
  std::string_view where_;
  std::vector<StateMeta> states_;
  std::vector<std::string> labels_;  // who brought a state
  std::map<std::pair<std::string, bool>, std::size_t> positions_;
  StateIds ids_;
};

ByteVector encoded(const KeyedMetaBlock& block) {
  ByteWriter out;
  encode_keyed_meta_block(block, out);
  return out.take();
}

ByteVector encoded(const OperatorStreamHead& head) {
  ByteWriter out;
  encode_operator_stream_head(head, out);
  return out.take();
}

// Flink restores both from one entry of the handle, so one of them would be lost.
void require_one_kind(const UnitedOperatorHead& united, std::string_view where) {
  std::unordered_set<std::string_view> broadcasts;
  for (const StateMeta& state : united.head.broadcast_states) broadcasts.insert(state.name);
  for (const StateMeta& list : united.head.list_states) {
    if (!broadcasts.contains(list.name)) continue;
    throw UnsupportedError(
        fmt::format("{}: \"{}\" is a list state and a broadcast state", where, list.name));
  }
}

}  // namespace

UnitedKeyedMeta unite_keyed(const std::vector<KeyedMetaSource>& sources,
                            const SerializerRegistry& registry, std::string_view where) {
  assert(!sources.empty());
  UnitedKeyedMeta united;
  united.block.compressed = sources.front().block->compressed;
  united.block.key = sources.front().block->key;
  StateUnion states(registry, where);
  for (const KeyedMetaSource& source : sources) {
    unite_serializer(united.block.key, source.block->key, "the key serializer",
                     {where, sources.front().label, source.label, registry});
    states.add(source.block->states, source.label);
    united.same_compression &= source.block->compressed == united.block.compressed;
  }
  united.ids = states.ids();
  united.same_ids = states.same_ids();
  united.block.states = states.take_states();
  const ByteVector bytes = encoded(united.block);
  united.same_bytes =
      std::all_of(sources.begin(), sources.end(),
                  [&](const KeyedMetaSource& source) { return encoded(*source.block) == bytes; });
  return united;
}

UnitedOperatorHead unite_operator_heads(const std::vector<OperatorHeadSource>& sources,
                                        const SerializerRegistry& registry,
                                        std::string_view where) {
  assert(!sources.empty());
  UnitedOperatorHead united;
  united.head.version = sources.front().head->version;
  united.head.compressed = sources.front().head->compressed;
  StateUnion lists(registry, where);
  StateUnion broadcasts(registry, where);
  for (const OperatorHeadSource& source : sources) {
    united.head.version = std::max(united.head.version, source.head->version);
    lists.add(source.head->list_states, source.label);
    broadcasts.add(source.head->broadcast_states, source.label);
    united.same_compression &= source.head->compressed == united.head.compressed;
  }
  united.list_ids = lists.ids();
  united.broadcast_ids = broadcasts.ids();
  united.same_ids = lists.same_ids() && broadcasts.same_ids();
  united.head.list_states = lists.take_states();
  united.head.broadcast_states = broadcasts.take_states();
  require_one_kind(united, where);
  const ByteVector bytes = encoded(united.head);
  united.same_bytes =
      std::all_of(sources.begin(), sources.end(),
                  [&](const OperatorHeadSource& source) { return encoded(*source.head) == bytes; });
  return united;
}

}  // namespace savvy
