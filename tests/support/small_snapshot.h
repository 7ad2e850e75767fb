// Small snapshots made by hand: one _metadata file whose handles hold their streams inline.
//
// One operator with keyed state of string keys (a value, a list, a map and a timer state, canonical
// layout), or with operator state of strings.

#pragma once

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "format/composite_key.h"
#include "format/key_groups.h"
#include "format/keyed_meta.h"
#include "format/metadata.h"
#include "format/operator_stream.h"
#include "tests/support/snapshot_bytes.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

// StringSerializer's bytes of a short ASCII text.
inline ByteVector string_bytes(std::string_view text) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(text.size() + 1));
  out.raw({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return out.take();
}

inline ByteVector int_bytes(std::int32_t value) {
  ByteWriter out;
  out.i32(value);
  return out.take();
}

inline ByteVector joined(const std::vector<ByteVector>& parts) {
  ByteVector whole;
  for (const ByteVector& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

// Built without the key group's number: that depends on the max parallelism.
struct SmallEntry {
  std::size_t state;  // of small_states()
  std::string key;
  ByteVector rest;  // of the composite key behind key and namespace; a timer's timestamp
  ByteVector value;
};

enum SmallState : std::size_t { kCount, kNames, kPrices, kTimers };

inline SmallEntry value_entry(const std::string& key, std::int32_t value) {
  return {kCount, key, {}, int_bytes(value)};
}
inline SmallEntry list_entry(const std::string& key, const std::vector<std::string>& elements) {
  ByteVector value;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) value.push_back(',');
    const ByteVector element = string_bytes(elements[i]);
    value.insert(value.end(), element.begin(), element.end());
  }
  return {kNames, key, {}, value};
}
inline SmallEntry map_entry(const std::string& key, const std::string& map_key,
                            std::int32_t value) {
  return {kPrices, key, string_bytes(map_key), joined({{0}, int_bytes(value)})};
}
inline SmallEntry timer_entry(const std::string& key, std::int64_t timestamp) {
  ByteWriter out;
  out.i64(timestamp ^ std::numeric_limits<std::int64_t>::min());
  return {kTimers, key, out.take(), {}};
}

inline testing::Snapshot void_namespace_snapshot() {
  return snapshot(
      "org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot", 3);
}

inline SerializerSnapshot stored(const testing::Snapshot& inner) {
  return {proxy_of(inner), nullptr};
}

inline StateMeta small_state(std::string name, std::string_view word,
                             const testing::Snapshot& value) {
  StateMeta meta;
  meta.name = std::move(name);
  meta.options = {{std::string(kKeyedStateType), std::string(word)}};
  meta.serializers = {{std::string(kNamespaceSerializer), stored(void_namespace_snapshot())},
                      {std::string(kValueSerializer), stored(value)}};
  return meta;
}

inline KeyedMetaBlock small_meta() {
  const auto text = base_snapshot("String");
  KeyedMetaBlock block;
  block.key = stored(text);
  block.states = {small_state("count", "VALUE", base_snapshot("Int")),
                  small_state("names", "LIST", list_of(text)),
                  small_state("prices", "MAP", map_of(text, base_snapshot("Int")))};
  StateMeta timers;
  timers.name = "_timer_state/event_t";
  timers.type = BackendStateType::kPriorityQueue;
  timers.serializers = {
      {std::string(kValueSerializer),
       stored(composite("org.apache.flink.streaming.api.operators.TimerSerializerSnapshot", 2,
                        {text, void_namespace_snapshot()}))}};
  block.states.push_back(timers);
  return block;
}

// The key group of an ASCII string: that of its Java hashCode.
inline std::int32_t small_key_group(const std::string& key, std::int32_t max_parallelism) {
  std::uint32_t hash = 0;
  for (const char c : key) hash = 31 * hash + static_cast<unsigned char>(c);
  return key_group_of_hash(static_cast<std::int32_t>(hash), max_parallelism);
}

inline ByteVector composite_bytes(const SmallEntry& entry, std::int32_t max_parallelism) {
  ByteVector bytes;
  append_key_group(small_key_group(entry.key, max_parallelism),
                   key_group_prefix_bytes(max_parallelism), bytes);
  const ByteVector key_and_namespace = joined({string_bytes(entry.key), {0}});
  const auto parts = entry.state == kTimers ? joined({entry.rest, key_and_namespace})
                                            : joined({key_and_namespace, entry.rest});
  bytes.insert(bytes.end(), parts.begin(), parts.end());
  return bytes;
}

// One key group in the canonical layout.
inline ByteVector canonical_group(const std::vector<SmallEntry>& entries,
                                  std::int32_t max_parallelism) {
  ByteWriter out;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool first = i == 0 || entries[i - 1].state != entries[i].state;
    const bool last = i + 1 == entries.size() || entries[i + 1].state != entries[i].state;
    if (first) out.u16(static_cast<std::uint16_t>(entries[i].state));
    ByteVector key = composite_bytes(entries[i], max_parallelism);
    if (last) key[0] |= 0x80;
    out.blob(key);
    out.blob(entries[i].value);
  }
  out.u16(0xFFFF);
  return out.take();
}

// The keyed state of a key-group range, entries in the given order.
inline KeyedHandle small_keyed_handle(const std::vector<SmallEntry>& entries, KeyGroupRange range,
                                      std::int32_t max_parallelism) {
  std::map<std::int32_t, std::map<std::size_t, std::vector<SmallEntry>>> groups;
  for (const SmallEntry& entry : entries) {
    groups[small_key_group(entry.key, max_parallelism)][entry.state].push_back(entry);
  }
  ByteWriter out;
  encode_keyed_meta_block(small_meta(), out);
  KeyGroupsHandle handle;
  handle.code = KeyedCode::kSavepointKeyGroups;
  handle.range = range;
  for (std::int32_t group = range.first; group < range.end(); ++group) {
    std::vector<SmallEntry> in_group;
    for (const auto& [state, of_state] : groups[group]) {
      in_group.insert(in_group.end(), of_state.begin(), of_state.end());
    }
    handle.offsets.push_back(in_group.empty() ? 0 : static_cast<std::int64_t>(out.size()));
    if (!in_group.empty()) out.raw(canonical_group(in_group, max_parallelism));
  }
  handle.delegate = ByteStreamHandle{"keyed-" + std::to_string(range.first), out.take()};
  return Boxed<KeyGroupsHandle>(std::move(handle));
}

inline OperatorState small_operator(std::string_view uid, std::int32_t parallelism,
                                    std::int32_t max_parallelism) {
  OperatorState op;
  op.uid = uid;
  op.id = operator_id_of_uid(uid);
  op.parallelism = parallelism;
  op.max_parallelism = max_parallelism;
  for (std::int32_t i = 0; i < parallelism; ++i) {
    Subtask subtask;
    subtask.index = i;
    op.subtasks.push_back(subtask);
  }
  return op;
}

// Keyed state over `parallelism` subtasks.
inline OperatorState keyed_operator(const std::vector<SmallEntry>& entries,
                                    std::int32_t parallelism = 1,
                                    std::int32_t max_parallelism = 128) {
  OperatorState op = small_operator("keyed", parallelism, max_parallelism);
  for (Subtask& subtask : op.subtasks) {
    subtask.managed_keyed_state = small_keyed_handle(
        entries, key_group_range(subtask.index, parallelism, max_parallelism), max_parallelism);
  }
  return op;
}

// What one subtask holds of operator state.
struct SmallOperatorState {
  std::vector<std::string> list;
  std::vector<std::string> unions;
  std::vector<std::pair<std::string, std::string>> broadcast;
};

inline StateMeta small_operator_meta(std::string name, std::string_view mode) {
  const auto text = base_snapshot("String");
  StateMeta meta;
  meta.name = std::move(name);
  meta.type = mode == "BROADCAST" ? BackendStateType::kBroadcast : BackendStateType::kOperator;
  meta.options = {{std::string(kDistributionMode), std::string(mode)}};
  meta.serializers = {{std::string(kValueSerializer), stored(text)}};
  if (mode == "BROADCAST") meta.serializers.emplace_back(kKeySerializer, stored(text));
  return meta;
}

inline OperatorHandle small_operator_handle(const SmallOperatorState& state) {
  OperatorStreamHead head;
  head.list_states = {small_operator_meta("offsets", "SPLIT_DISTRIBUTE"),
                      small_operator_meta("all", "UNION")};
  head.broadcast_states = {small_operator_meta("rules", "BROADCAST")};
  ByteWriter out;
  encode_operator_stream_head(head, out);
  OperatorHandle handle;
  const auto add_list = [&](std::string name, DistributionMode mode,
                            const std::vector<std::string>& elements) {
    handle.states.push_back({std::move(name), mode, {}});
    for (const std::string& element : elements) {
      handle.states.back().offsets.push_back(static_cast<std::int64_t>(out.size()));
      out.raw(string_bytes(element));
    }
  };
  add_list("offsets", DistributionMode::kSplit, state.list);
  add_list("all", DistributionMode::kUnion, state.unions);
  handle.states.push_back(
      {"rules", DistributionMode::kBroadcast, {static_cast<std::int64_t>(out.size())}});
  out.count(state.broadcast.size());
  for (const auto& [key, value] : state.broadcast) {
    out.raw(string_bytes(key));
    out.raw(string_bytes(value));
  }
  handle.delegate = ByteStreamHandle{"operator", out.take()};
  return handle;
}

inline OperatorState stateful_operator(const std::vector<SmallOperatorState>& subtasks) {
  OperatorState op = small_operator("stateful", static_cast<std::int32_t>(subtasks.size()), 128);
  for (std::size_t i = 0; i < subtasks.size(); ++i) {
    op.subtasks[i].managed_operator_state = small_operator_handle(subtasks[i]);
  }
  return op;
}

// Writes a snapshot of these operators; returns its path.
inline std::string write_snapshot(const TempFolder& folder, const std::string& name,
                                  std::vector<OperatorState> operators) {
  Metadata metadata;
  metadata.version = 5;  // uids, and the handles above
  metadata.operators = std::move(operators);
  const ByteVector bytes = encode_metadata(metadata);
  folder.add(name + "/_metadata", {bytes.begin(), bytes.end()});
  return folder.path(name);
}

}  // namespace savvy::testing
