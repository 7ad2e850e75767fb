// Figures as JSON documents and records.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/record_output.h"
#include "cli/snapshot_summary.h"
#include "cli/stats_report.h"
#include "format/key_groups.h"

namespace savvy {
namespace {

// Three decimals say enough, and print the same everywhere.
double rounded(double value) { return std::round(value * 1000) / 1000; }

Json json_of(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;
}

Json sizes_json(const SizeFigures& sizes) {
  Json json;
  json["total"] = sizes.total();
  if (sizes.count() == 0) return json;
  json["min"] = sizes.min();
  json["mean"] = rounded(sizes.mean());
  json["max"] = sizes.max();
  const SizeFigures::Quantile p99 = sizes.p99();
  json["p99"] = {{"value", p99.value}, {"exact", p99.exact}};
  return json;
}

Json peak_json(const KeyGroupFigures::Peak& peak, const char* what, std::uint64_t total,
               std::uint64_t places) {
  return {{"key_group", peak.key_group},
          {what, peak.size},
          {"of_mean", rounded(skew(peak.size, total, places))}};
}

Json key_groups_json(const StateStats& stats, const OperatorStats& of) {
  const KeyGroupFigures& groups = stats.key_groups;
  Json json;
  json["count"] = of.key_group_count;
  json["used"] = groups.used();
  if (groups.used() == 0) return json;
  json["most_entries"] =
      peak_json(groups.entries_peak(), "entries", stats.entries(), of.key_group_count);
  json["most_bytes"] = peak_json(groups.bytes_peak(), "bytes", stats.bytes(), of.key_group_count);
  json["histogram"] = Json::array();
  for (std::size_t i = 0; i < KeyGroupFigures::bar_count(of.op->max_parallelism); ++i) {
    json["histogram"].push_back(groups.bars()[i]);
  }
  return json;
}

Json subtask_json(std::int32_t index, const SubtaskFigures& figures) {
  return {{"subtask", index}, {"entries", figures.entries}, {"bytes", figures.bytes}};
}

Json subtasks_json(const std::map<std::int32_t, SubtaskFigures>& subtasks) {
  Json json = Json::array();
  for (const auto& [index, figures] : subtasks) json.push_back(subtask_json(index, figures));
  return json;
}

// With the key groups that the state uses there.
Json keyed_subtasks_json(const std::map<std::int32_t, SubtaskFigures>& subtasks) {
  Json json = Json::array();
  for (const auto& [index, figures] : subtasks) {
    json.push_back(subtask_json(index, figures));
    json.back()["key_groups"] = figures.key_groups;
  }
  return json;
}

Json largest_keys_json(const StateStats& stats) {
  Json items = Json::array();
  for (const LargestKey& key : stats.largest_keys.sorted()) {
    items.push_back({{"key_group", key.key_group},
                     {"key", json_of(key.key_json)},
                     {"entries", key.entries},
                     {"bytes", key.bytes}});
  }
  return {{"exact", stats.largest_keys_exact}, {"items", std::move(items)}};
}

Json largest_values_json(const StateStats& stats) {
  Json items = Json::array();
  for (const LargestValue& value : stats.largest_values.sorted()) {
    Json item = {{"key_group", value.key_group}, {"key", json_of(value.key_json)}};
    if (!value.namespace_json.empty()) item["namespace"] = json_of(value.namespace_json);
    if (!value.map_key_json.empty()) item["map_key"] = json_of(value.map_key_json);
    item["bytes"] = value.bytes;
    items.push_back(std::move(item));
  }
  return items;
}

Json ttl_json(const TtlFigures& ttl) {
  Json json;
  json["values"] = ttl.values;
  if (ttl.last_access.min_ms) json["min_timestamp"] = *ttl.last_access.min_ms;
  if (ttl.last_access.max_ms) json["max_timestamp"] = *ttl.last_access.max_ms;
  if (!ttl.ttl_ms) return json;
  json["ttl_ms"] = *ttl.ttl_ms;
  json["expired"] = ttl.expired;
  if (ttl.values > 0) {
    json["expired_share"] =
        rounded(static_cast<double>(ttl.expired) / static_cast<double>(ttl.values));
  }
  return json;
}

Json undecoded_json(const StateStats& stats) {
  Json json = Json::array();
  for (const auto& [what, found] : stats.undecoded) {
    json.push_back({{"part", what.part},
                    {"type", what.type},
                    {"reason", what.reason},
                    {"count", found.count},
                    {"bytes", found.bytes}});
  }
  return json;
}

bool is_keyed(const StatsPlace& place) { return place.kind == "keyed" || place.kind == "timer"; }

void add_keyed_fields(const StateStats& stats, Json& json) {
  if (stats.keys) json["keys"] = {{"value", stats.keys->value}, {"exact", stats.keys->exact}};
  if (stats.elements) json["elements"] = sizes_json(*stats.elements);
  if (stats.timers.min_ms) {
    json["timers"] = {{"min_timestamp", *stats.timers.min_ms},
                      {"max_timestamp", *stats.timers.max_ms}};
  }
  if (stats.ttl) json["ttl"] = ttl_json(*stats.ttl);
  json["largest_keys"] = largest_keys_json(stats);
  json["largest_values"] = largest_values_json(stats);
}

bool has_key_groups(const StatsPlace& place) {
  return is_keyed(place) || place.kind == "raw_keyed";
}

// Those that the filter lets through. Metadata may claim any number, but there are only so many.
std::uint64_t count_key_groups(const RowFilter& filter, const OperatorState& op) {
  std::uint64_t count = 0;
  for (std::int32_t group = 0; group < std::min(op.max_parallelism, kMostKeyGroups); ++group) {
    const std::int32_t subtask = subtask_of_key_group(group, op.parallelism, op.max_parallelism);
    if (filter.wants_key_group(group) && filter.wants_subtask(subtask)) ++count;
  }
  return count;
}

Json state_json(const StatsPlace& place, const StateStats& stats, const OperatorStats& of) {
  Json json;
  json["kind"] = place.kind;
  if (is_keyed(place) || !place.state.empty()) json["state"] = place.state;
  if (!stats.state_kind.empty()) json["state_kind"] = stats.state_kind;
  json["entries"] = stats.entries();
  json["bytes"] = stats.bytes();
  if (stats.key_bytes.total() > 0) json["key_bytes"] = sizes_json(stats.key_bytes);
  json["value_bytes"] = sizes_json(stats.value_bytes);
  if (has_key_groups(place)) json["key_groups"] = key_groups_json(stats, of);
  if (!stats.subtasks.empty()) {
    json["subtasks"] =
        has_key_groups(place) ? keyed_subtasks_json(stats.subtasks) : subtasks_json(stats.subtasks);
  }
  if (is_keyed(place)) add_keyed_fields(stats, json);
  if (stats.empty_collections > 0) json["empty_collections"] = stats.empty_collections;
  if (!stats.undecoded.empty()) json["undecoded"] = undecoded_json(stats);
  return json;
}

Json states_json(const OperatorStats& of) {
  Json json = Json::array();
  for (const auto& [place, stats] : of.states) json.push_back(state_json(*place, *stats, of));
  return json;
}

Json operator_json(const OperatorStats& of) {
  Json json;
  json["operator"] = operator_label(*of.op);
  json["operator_id"] = to_hex(of.op->id);
  json["parallelism"] = of.op->parallelism;
  json["max_parallelism"] = of.op->max_parallelism;
  json["entries"] = of.entries;
  json["bytes"] = of.bytes;
  json["subtasks"] = subtasks_json(of.subtasks);
  json["states"] = states_json(of);
  return json;
}

// Objects inside a record as fields of their own: {"a": {"b": 1}} is a_b. Arrays stay.
void flatten(const std::string& prefix, const Json& json, Json& record) {
  for (const auto& [name, value] : json.items()) {
    const std::string full = prefix.empty() ? name : fmt::format("{}_{}", prefix, name);
    if (value.is_object()) {
      flatten(full, value, record);
    } else {
      record[full] = value;
    }
  }
}

}  // namespace

std::vector<OperatorStats> by_operator(const StatsReport& report) {
  std::vector<OperatorStats> operators;
  const Metadata& metadata = report.snapshot.metadata();
  std::optional<std::size_t> last;
  for (const auto& [place, stats] : report.table.states()) {
    if (last != place.operator_index) {
      last = place.operator_index;
      operators.emplace_back();
      if (*last != StatsPlace::kNoOperator) operators.back().op = &metadata.operators[*last];
    }
    OperatorStats& of = operators.back();
    of.states.emplace_back(&place, &stats);
    of.entries += stats.entries();
    of.bytes += stats.bytes();
    for (const auto& [index, figures] : stats.subtasks) {
      SubtaskFigures& total = of.subtasks[index];
      total.entries += figures.entries;
      total.bytes += figures.bytes;
    }
  }
  for (OperatorStats& of : operators) {
    if (of.op == nullptr) continue;
    const bool keyed = std::any_of(of.states.begin(), of.states.end(),
                                   [](const auto& state) { return has_key_groups(*state.first); });
    if (keyed) of.key_group_count = count_key_groups(report.filter, *of.op);
  }
  return operators;
}

double skew(std::uint64_t largest, std::uint64_t total, std::uint64_t places) {
  if (total == 0) return 0;
  return static_cast<double>(largest) * static_cast<double>(places) / static_cast<double>(total);
}

Json stats_json(const StatsReport& report) {
  Json document = json_document();
  add_snapshot_fields(report.snapshot, document);
  if (!report.ttl.empty()) document["now"] = report.ttl.now_ms();
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  Json master = Json::array();
  Json operators = Json::array();
  for (const OperatorStats& of : by_operator(report)) {
    entries += of.entries;
    bytes += of.bytes;
    if (of.op == nullptr) {
      master = states_json(of);
    } else {
      operators.push_back(operator_json(of));
    }
  }
  document["entries"] = entries;
  document["bytes"] = bytes;
  document["master_states"] = std::move(master);
  document["operators"] = std::move(operators);
  return document;
}

std::vector<Json> stats_records(const StatsReport& report) {
  std::vector<Json> records;
  for (const OperatorStats& of : by_operator(report)) {
    for (const auto& [place, stats] : of.states) {
      Json record;
      if (of.op != nullptr) {
        record["operator"] = operator_label(*of.op);
        record["operator_id"] = to_hex(of.op->id);
        record["parallelism"] = of.op->parallelism;
        record["max_parallelism"] = of.op->max_parallelism;
      }
      record.update(state_json(*place, *stats, of));
      records.push_back(std::move(record));
    }
  }
  return records;
}

std::string stats_csv(const StatsReport& report) {
  std::vector<Json> flat;
  for (const Json& record : stats_records(report)) flatten("", record, flat.emplace_back());
  return records_csv({"operator",
                      "operator_id",
                      "parallelism",
                      "max_parallelism",
                      "kind",
                      "state",
                      "state_kind",
                      "entries",
                      "bytes",
                      "keys_value",
                      "keys_exact",
                      "key_bytes_total",
                      "key_bytes_min",
                      "key_bytes_mean",
                      "key_bytes_max",
                      "key_bytes_p99_value",
                      "key_bytes_p99_exact",
                      "value_bytes_total",
                      "value_bytes_min",
                      "value_bytes_mean",
                      "value_bytes_max",
                      "value_bytes_p99_value",
                      "value_bytes_p99_exact",
                      "elements_total",
                      "elements_min",
                      "elements_mean",
                      "elements_max",
                      "elements_p99_value",
                      "elements_p99_exact",
                      "key_groups_count",
                      "key_groups_used",
                      "key_groups_most_entries_key_group",
                      "key_groups_most_entries_entries",
                      "key_groups_most_entries_of_mean",
                      "key_groups_most_bytes_key_group",
                      "key_groups_most_bytes_bytes",
                      "key_groups_most_bytes_of_mean",
                      "key_groups_histogram",
                      "subtasks",
                      "timers_min_timestamp",
                      "timers_max_timestamp",
                      "ttl_values",
                      "ttl_min_timestamp",
                      "ttl_max_timestamp",
                      "ttl_ttl_ms",
                      "ttl_expired",
                      "ttl_expired_share",
                      "largest_keys_exact",
                      "largest_keys_items",
                      "largest_values",
                      "empty_collections",
                      "undecoded"},
                     flat);
}

}  // namespace savvy
