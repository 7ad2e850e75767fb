#include "cli/keyed_rows.h"

#include <fmt/format.h>

#include <optional>

#include "format/byte_reader.h"
#include "format/map_value.h"

namespace savvy {
namespace {

constexpr std::string_view kKeyReason =
    "the key's type is not known, so its parts cannot be told apart";
constexpr std::string_view kListReason =
    "the element's type is not known, so the list cannot be cut";
constexpr std::string_view kUndividedReason =
    "a type that is not known has no known length: these are the entries of this and the following "
    "states of the key group";

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

}  // namespace

std::string_view issue_reason(EntryIssue issue) {
  switch (issue) {
    case EntryIssue::kUnmergedValues:
      return "values that the job's function has to merge, one behind another";
    case EntryIssue::kUncutList:
      return "the element's type is not known: parts of the list as they were logged";
    case EntryIssue::kUnappliedChange:
    case EntryIssue::kNone:
      break;
  }
  return "a change that is not applied, because a type that is not known keeps its parts together";
}

KeyedRows::KeyedRows(const std::vector<KeyedStateSchema>& states, const std::vector<RowHead>& heads,
                     const RowFilter& filter, RowContent content, int prefix_bytes,
                     std::string_view file, RowTarget& rows)
    : states_(states),
      heads_(heads),
      filter_(filter),
      content_(content),
      prefix_bytes_(prefix_bytes),
      names_(file),
      rows_(rows),
      found_keys_(filter.keys().size()) {
  for (const KeyedStateSchema& state : states) {
    wanted_.push_back(filter.wants_state(state.name) && filter.wants_kind(kind_of(state)));
  }
}

void KeyedRows::mark_expired(const TtlRules& rules) {
  ttl_rules_ = &rules;
  ttls_ms_.clear();
  for (const KeyedStateSchema& state : states_) ttls_ms_.push_back(rules.ttl_ms(state));
}

void KeyedRows::add(const KeyedEntry& entry) {
  names_.enter(entry.key_group);
  // What cannot be divided may hold any state behind this one.
  if (entry.undivided) return add_undivided(entry);
  if (!wanted_[entry.state]) return;
  if (entry.issue != EntryIssue::kNone) return add_open_issue(entry);
  const KeyedStateSchema& state = states_[entry.state];
  const CompositeKey key =
      cut_composite_key(state, entry.composite_key, prefix_bytes_, names_.key());
  if (filter_.has_keys() && !key_is_wanted(entry.state, key)) return;
  rows_.begin(heads_[entry.state]);
  add_key(state, key);
  if (state.kind == KeyedStateKind::kTimer) return add_timer(key);
  if (state.kind == KeyedStateKind::kMap && key.cut) return add_map_entry(state, key, entry.value);
  if (content_ == RowContent::kKeysOnly) return rows_.end();
  if (state.kind == KeyedStateKind::kList) return add_list(state, entry.value);
  // The map's key is among the bytes of the key, which could not be cut; the value stands by itself.
  if (state.kind == KeyedStateKind::kMap) return add_map_value(state, entry.value);
  ByteReader in(entry.value, names_.value());
  const Within place(in, state.name);
  add_whole_value(state, Column::kStateValue, in);
  rows_.end();
}

void KeyedRows::add_undivided(const KeyedEntry& entry) {
  if (filter_.has_keys()) return;
  const KeyedStateSchema& state = states_[entry.state];
  rows_.begin(heads_[entry.state]);
  if (entry.composite_key.empty()) {
    rows_.number(Column::kKeyGroup, entry.key_group);
  } else {
    add_key(state, cut_composite_key(state, entry.composite_key, prefix_bytes_, names_.key()));
  }
  rows_.column(Column::kStateValue)
      .opaque(entry.value, first_unknown(state).describe().serializer, kUndividedReason);
  rows_.end();
}

void KeyedRows::add_open_issue(const KeyedEntry& entry) {
  const KeyedStateSchema& state = states_[entry.state];
  if (entry.composite_key.empty()) {
    if (filter_.has_keys()) return;
    rows_.begin(heads_[entry.state]);
    rows_.number(Column::kKeyGroup, entry.key_group);
  } else {
    const CompositeKey key =
        cut_composite_key(state, entry.composite_key, prefix_bytes_, names_.key());
    if (filter_.has_keys() && !key_is_wanted(entry.state, key)) return;
    rows_.begin(heads_[entry.state]);
    add_key(state, key);
  }
  const bool merged = entry.issue == EntryIssue::kUnmergedValues;
  const Type& type = merged ? *state.value : first_unknown(state);
  rows_.column(Column::kStateValue)
      .opaque(entry.value, type.describe().serializer, issue_reason(entry.issue));
  rows_.end();
}

void KeyedRows::add_key(const KeyedStateSchema& state, const CompositeKey& key) {
  rows_.number(Column::kKeyGroup, key.key_group);
  ValueSink& sink = rows_.column(Column::kStateKey);
  if (!key.cut) {
    sink.opaque(key.key, state.key->describe().serializer, kKeyReason);
    return;
  }
  ByteReader in(key.key, names_.key());
  state.key->decode(in, Extent::kDelimited, sink);
  if (state.name_space->shape() == Shape::kVoid) return;
  ByteReader name_space(key.name_space, names_.key());
  state.name_space->decode(name_space, Extent::kDelimited, rows_.column(Column::kStateNamespace));
}

bool KeyedRows::key_is_wanted(std::size_t state, const CompositeKey& key) {
  if (!key.cut) return false;
  std::optional<std::size_t> found;
  if (targets_ != nullptr && targets_->knows_bytes(state)) {
    found = targets_->find(state, key.key);
  } else {
    key_text_.clear();
    JsonSink sink(key_text_, Int64Style::kNumber, nullptr);
    ByteReader in(key.key, names_.key());
    states_[state].key->decode(in, Extent::kDelimited, sink);
    found = filter_.find_key(key_text_);
  }
  if (found) found_keys_[*found] = true;
  return found.has_value();
}

void KeyedRows::add_timer(const CompositeKey& key) {
  rows_.number(Column::kTimerTimestamp, key.timestamp);
  rows_.end();
}

void KeyedRows::add_list(const KeyedStateSchema& state, Bytes value) {
  if (!state.value->walkable()) {
    rows_.column(Column::kStateValue)
        .opaque(value, state.value->describe().serializer, kListReason);
    return rows_.end();
  }
  ByteReader in(value, names_.value());
  const Within place(in, state.name);
  const RowTarget::Mark key_end = rows_.mark();
  for (std::int32_t index = 0; index == 0 || !in.at_end(); ++index) {
    if (index > 0) in.take(1, "list delimiter");
    rows_.rewind(key_end);
    rows_.number(Column::kListIndex, index);
    add_value(state, Column::kListValue, in);
    rows_.end();
  }
}

void KeyedRows::add_map_entry(const KeyedStateSchema& state, const CompositeKey& key, Bytes value) {
  ByteReader user_key(key.user_key, names_.key());
  const Within key_place(user_key, state.name);
  const End end =
      state.user_key->decode(user_key, Extent::kDelimited, rows_.column(Column::kMapKey));
  if (end == End::kKnown) user_key.expect_end("the map key");
  if (content_ == RowContent::kKeysOnly) return rows_.end();
  add_map_value(state, value);
}

void KeyedRows::add_map_value(const KeyedStateSchema& state, Bytes value) {
  const MapValue stored = split_map_value(state, value, names_.value());
  if (stored.is_null) {
    rows_.column(Column::kMapValue).null();
  } else {
    ByteReader in(stored.value, names_.value());
    const Within place(in, state.name);
    add_whole_value(state, Column::kMapValue, in);
  }
  rows_.end();
}

bool KeyedRows::add_value(const KeyedStateSchema& state, Column column, ByteReader& in) {
  const std::int64_t last_access = state.ttl ? in.i64("last access time") : 0;
  const End end = state.value->decode(in, Extent::kDelimited, rows_.column(column));
  if (!state.ttl) return end == End::kKnown;
  rows_.number(Column::kTtlTimestamp, last_access);
  const auto index = static_cast<std::size_t>(&state - states_.data());
  if (ttl_rules_ != nullptr && ttls_ms_[index]) {
    rows_.truth(Column::kTtlExpired, ttl_rules_->expired(last_access, *ttls_ms_[index]));
  }
  return end == End::kKnown;
}

void KeyedRows::add_whole_value(const KeyedStateSchema& state, Column column, ByteReader& in) {
  if (add_value(state, column, in)) in.expect_end("the value");
}

}  // namespace savvy
