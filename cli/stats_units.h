// Cuts the reading for `stats` into units of work: a piece of state that is not keyed, or some key
// groups of a stream.
//
// Lives   all arguments outlive the queue; units keep alive what they need
// Errors  an error while a stream is opened belongs to the unit that would have read it

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "cli/operator_stats.h"
#include "cli/stats_run.h"
#include "readers/keyed_source.h"

namespace savvy {

// Adds what it reads to a table and says how many bytes that were.
using StatsUnit = std::function<std::uint64_t(StatsTable&)>;

class StatsUnitQueue {
 public:
  StatsUnitQueue(const Snapshot& snapshot, const SerializerRegistry& registry,
                 const RowFilter& filter, const StatsRunOptions& options);

  // The next unit; nothing at the end.
  std::optional<StatsUnit> next();

 private:
  struct OpenedStream;
  using Expansion = std::function<void(std::deque<StatsUnit>&)>;
  using OperatorReader = std::function<void(const OperatorStatsTask&)>;

  void plan_operator(std::size_t operator_index);
  void plan_subtask(std::size_t operator_index, const Subtask& subtask);
  void plan_operator_state(std::size_t operator_index, const OperatorReader& read);
  void plan_raw_keyed(std::size_t operator_index, const Subtask& subtask);
  void plan_keyed(std::size_t operator_index, const Subtask& subtask,
                  std::unique_ptr<const KeyedSource> keyed, std::deque<StatsUnit>& units) const;
  std::uint64_t read_key_groups(const OpenedStream& opened,
                                const std::vector<KeyGroupSection>& sections,
                                StatsTable& table) const;

  const Snapshot& snapshot_;
  const SerializerRegistry& registry_;
  const RowFilter& filter_;
  const StatsRunOptions& options_;
  std::deque<Expansion> planned_;
  std::deque<StatsUnit> ready_;
};

}  // namespace savvy
