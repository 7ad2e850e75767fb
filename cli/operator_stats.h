// Figures of everything that is not managed keyed state: operator state, raw state, channel state,
// coordinator and master state. What has no parts that are known counts as one value.
//
// Values  list, union: elements · broadcast: map entries · raw_operator: partitions · raw_keyed: key
//         groups · channel: buffers · coordinator, master: one
// Errors  those of the readers

#pragma once

#include <cstddef>

#include "cli/row_filter.h"
#include "cli/state_stats.h"
#include "format/serializer_registry.h"
#include "readers/snapshot.h"

namespace savvy {

struct OperatorStatsTask {
  const Snapshot& snapshot;
  const SerializerRegistry& registry;
  const RowFilter& filter;
  std::size_t operator_index;
  StatsTable& table;

  const OperatorState& op() const { return snapshot.metadata().operators[operator_index]; }
};

void add_operator_state_stats(const OperatorStatsTask& task, const Subtask& subtask);
void add_raw_operator_stats(const OperatorStatsTask& task, const Subtask& subtask);
void add_raw_keyed_stats(const OperatorStatsTask& task, const Subtask& subtask);
void add_channel_stats(const OperatorStatsTask& task, const Subtask& subtask);
void add_coordinator_stats(const OperatorStatsTask& task);
void add_master_stats(const Snapshot& snapshot, const RowFilter& filter, StatsTable& table);

}  // namespace savvy
