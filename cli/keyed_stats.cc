#include "cli/keyed_stats.h"

#include <utility>

#include "cli/json_sink.h"
#include "cli/keyed_rows.h"
#include "format/byte_reader.h"
#include "format/byte_units.h"
#include "format/key_groups.h"

namespace savvy {
namespace {

// For the keys of one state in one key group. Fixed, so that the same snapshot has the same exact
// and estimated figures wherever it is read.
constexpr std::size_t kTallyBytes = 8 * kMiB;

constexpr std::uint8_t kNullValue = 1;

const std::string kUndividedPart = "entries";
const std::string kUndividedReason =
    "a type that is not known has no known length: these are the entries of this and the following "
    "states of the key group";
const std::string kKeyPart = "keys";
const std::string kKeyReason = "the key's type is not known, so its parts cannot be told apart";
const std::string kListPart = "elements";
const std::string kListReason = "the element's type is not known, so the list cannot be cut";

// The type because of which entries of a state cannot be cut.
const Type& first_unknown(const KeyedStateSchema& state) {
  for (const TypePtr& type : {state.key, state.name_space, state.user_key}) {
    if (type != nullptr && !type->walkable()) return *type;
  }
  return state.value != nullptr ? *state.value : *state.key;
}

std::string_view kind_of(const KeyedStateSchema& state) {
  return state.kind == KeyedStateKind::kTimer ? "timer" : "keyed";
}

std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

StateStats& stats_of(const KeyedStatsSource& source, const KeyedStateSchema& state,
                     const TtlRules& ttl_rules, StatsTable& table) {
  StateStats& stats = table.at({source.operator_index, std::string(kind_of(state)), state.name});
  stats.state_kind = to_string(state.kind);
  stats.subtasks.try_emplace(source.subtask);
  if (state.kind == KeyedStateKind::kList && !stats.elements) stats.elements.emplace();
  if (state.ttl && !stats.ttl) stats.ttl.emplace();
  if (state.ttl) stats.ttl->ttl_ms = ttl_rules.ttl_ms(state);
  return stats;
}

bool wants_keyed_state(const RowFilter& filter, const KeyedStateSchema& state) {
  return filter.wants_state(state.name) && filter.wants_kind(kind_of(state));
}

KeyedStats::KeyedStats(const KeyedStatsSource& source, const RowFilter& filter,
                       const TtlRules& ttl_rules, StatsTable& table)
    : source_(source),
      ttl_rules_(ttl_rules),
      table_(table),
      prefix_bytes_(key_group_prefix_bytes(source.max_parallelism)),
      names_(source.file) {
  for (const KeyedStateSchema& state : source.states) {
    wanted_.push_back(wants_keyed_state(filter, state));
  }
}

void KeyedStats::add(const KeyedEntry& entry) {
  // What cannot be divided may hold any state behind this one.
  if (entry.undivided) return add_undivided(entry);
  if (!wanted_[entry.state]) return;
  names_.enter(entry.key_group);
  if (entry.issue == EntryIssue::kUnappliedChange) return add_unapplied(entry);
  if (!open_ || open_->index != entry.state) open_state(entry);
  const CompositeKey key =
      cut_composite_key(open_->schema, entry.composite_key, prefix_bytes_, names_.key());
  add_key(entry, key);
  add_value(entry, key);
  open_->stats.add_entry(source_.subtask, entry.composite_key.size(), entry.value.size());
  open_->bytes += entry.composite_key.size() + entry.value.size();
  ++open_->entries;
}

void KeyedStats::open_state(const KeyedEntry& entry) {
  close_state();
  const KeyedStateSchema& schema = source_.states[entry.state];
  open_.emplace(Open{entry.state, schema, stats_of(source_, schema, ttl_rules_, table_),
                     KeyTally(kTallyBytes, table_.top_count()),
                     TopList<LargestValue>(table_.top_count()), ttl_rules_.ttl_ms(schema),
                     entry.key_group});
}

void KeyedStats::close_state() {
  if (!open_) return;
  StateStats& stats = open_->stats;
  stats.key_groups.add(open_->key_group, source_.max_parallelism, open_->entries, open_->bytes);
  ++stats.subtasks[source_.subtask].key_groups;
  close_largest_keys();
  close_largest_values();
  open_.reset();
}

void KeyedStats::add_undivided(const KeyedEntry& entry) {
  const KeyedStateSchema& state = source_.states[entry.state];
  stats_of(source_, state, ttl_rules_, table_)
      .add_undecoded({kUndividedPart, first_unknown(state).describe().serializer, kUndividedReason},
                     entry.composite_key.size() + entry.value.size());
}

// A logged change, of which the key may be among bytes that nobody can cut.
void KeyedStats::add_unapplied(const KeyedEntry& entry) {
  const KeyedStateSchema& state = source_.states[entry.state];
  stats_of(source_, state, ttl_rules_, table_)
      .add_undecoded({kUndividedPart, first_unknown(state).describe().serializer,
                      std::string(issue_reason(entry.issue))},
                     entry.composite_key.size() + entry.value.size());
}

void KeyedStats::add_key(const KeyedEntry& entry, const CompositeKey& key) {
  const std::uint64_t bytes = entry.composite_key.size() + entry.value.size();
  if (!key.cut) {
    open_->stats.add_undecoded(
        {kKeyPart, first_unknown(open_->schema).describe().serializer, kKeyReason}, bytes);
    return;
  }
  open_->tally.add(key.key, bytes);
}

void KeyedStats::add_value(const KeyedEntry& entry, const CompositeKey& key) {
  const KeyedStateSchema& schema = open_->schema;
  if (schema.kind == KeyedStateKind::kTimer) return open_->stats.timers.add(key.timestamp);
  offer_value(entry);
  if (schema.kind == KeyedStateKind::kList) return add_list(entry.value);
  if (!schema.ttl) return;
  ByteReader in(entry.value, names_.value());
  const Within place(in, schema.name);
  const bool is_map = schema.kind == KeyedStateKind::kMap;
  if (is_map && in.u8("null flag of a map value") == kNullValue) return;
  add_last_access(in.i64("last access time"));
}

void KeyedStats::add_list(Bytes value) {
  const KeyedStateSchema& schema = open_->schema;
  if (!schema.value->walkable()) {
    open_->stats.add_undecoded({kListPart, schema.value->describe().serializer, kListReason},
                               value.size());
    return;
  }
  ByteReader in(value, names_.value());
  const Within place(in, schema.name);
  NullSink nowhere;
  std::uint64_t count = 0;
  do {
    if (count > 0) in.take(1, "list delimiter");
    if (schema.ttl) add_last_access(in.i64("last access time"));
    ++count;
    if (schema.value->decode(in, Extent::kDelimited, nowhere) == End::kRestTaken) {
      // The last element that could be told apart may hold others.
      open_->stats.add_undecoded({kListPart, schema.value->describe().serializer, kListReason},
                                 value.size());
      return;
    }
  } while (!in.at_end());
  open_->stats.elements->add(count);
}

void KeyedStats::add_last_access(std::int64_t time_ms) {
  TtlFigures& ttl = *open_->stats.ttl;
  ++ttl.values;
  ttl.last_access.add(time_ms);
  if (open_->ttl_ms && ttl_rules_.expired(time_ms, *open_->ttl_ms)) ++ttl.expired;
}

void KeyedStats::offer_value(const KeyedEntry& entry) {
  const std::uint64_t bytes = entry.value.size();
  if (!open_->largest_values.may_take(bytes) || !open_->stats.largest_values.may_take(bytes)) {
    return;
  }
  LargestValue value;
  value.bytes = bytes;
  value.key_group = entry.key_group;
  value.composite_key = text_of(entry.composite_key);
  open_->largest_values.add(std::move(value));
}

void KeyedStats::close_largest_keys() {
  StateStats& stats = open_->stats;
  stats.largest_keys_exact = stats.largest_keys_exact && open_->tally.largest_exact();
  const KeyCount count = open_->tally.count();
  if (count.value == 0) return;
  const KeyCount before = stats.keys.value_or(KeyCount{});
  stats.keys = KeyCount{before.value + count.value, before.exact && count.exact};
  for (const KeyTotal& key : open_->tally.largest()) {
    if (!stats.largest_keys.may_take(key.bytes)) break;
    stats.largest_keys.add({key.bytes, key.entries, open_->key_group, key.key,
                            json_of(*open_->schema.key, bytes_of(key.key))});
  }
}

void KeyedStats::close_largest_values() {
  const KeyedStateSchema& schema = open_->schema;
  for (LargestValue& value : open_->largest_values.sorted()) {
    if (!open_->stats.largest_values.may_take(value.bytes)) break;
    const CompositeKey key =
        cut_composite_key(schema, bytes_of(value.composite_key), prefix_bytes_, names_.key());
    value.key_json = json_of(*schema.key, key.key);
    if (key.cut && schema.name_space->shape() != Shape::kVoid) {
      value.namespace_json = json_of(*schema.name_space, key.name_space);
    }
    if (key.cut && schema.kind == KeyedStateKind::kMap) {
      value.map_key_json = json_of(*schema.user_key, key.user_key);
    }
    open_->stats.largest_values.add(std::move(value));
  }
}

std::string KeyedStats::json_of(const Type& type, Bytes bytes) const {
  std::string text;
  JsonSink sink(text, Int64Style::kNumber, nullptr);
  if (!type.walkable()) {
    sink.opaque(bytes, type.describe().serializer, kKeyReason);
    return text;
  }
  ByteReader in(bytes, names_.key());
  const Within place(in, open_->schema.name);
  type.decode(in, Extent::kDelimited, sink);
  return text;
}

}  // namespace savvy
