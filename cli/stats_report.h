// The figures of `stats` as text, as a JSON document and as flat records.
//
// Values  a figure that may be an estimate is {"value", "exact"}; in text an estimate has "~" in
//         front. A key with a lone surrogate, which the JSON library refuses, is its JSON as text

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/json_document.h"
#include "cli/row_filter.h"
#include "cli/state_stats.h"
#include "cli/ttl_options.h"
#include "readers/snapshot.h"

namespace savvy {

struct StatsReport {
  const Snapshot& snapshot;
  const RowFilter& filter;
  const TtlRules& ttl;
  const StatsTable& table;
};

// Of one operator, or of what belongs to none (`op` is null).
struct OperatorStats {
  const OperatorState* op = nullptr;
  std::vector<std::pair<const StatsPlace*, const StateStats*>> states;
  std::uint64_t key_group_count = 0;  // that the filter lets through
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::map<std::int32_t, SubtaskFigures> subtasks;  // without key groups, which states share
};

// In the order of the metadata; operators without any state that was looked at are left out.
std::vector<OperatorStats> by_operator(const StatsReport& report);

// How many times the mean the largest is, over so many places; 0 if there is nothing.
double skew(std::uint64_t largest, std::uint64_t total, std::uint64_t places);

Json stats_json(const StatsReport& report);
// A record a state, with its operator.
std::vector<Json> stats_records(const StatsReport& report);
std::string stats_csv(const StatsReport& report);
std::string stats_text(const StatsReport& report);

}  // namespace savvy
