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
#include <string>
#include <vector>

#include "cli/operator_stats.h"
#include "cli/stats_run.h"
#include "readers/keyed_source.h"

namespace savvy {

struct StatsUnit {
  std::string place;  // whose state it is, for errors; empty: that of the whole job
  // Adds what it reads to a table and says how many bytes that were.
  std::function<std::uint64_t(StatsTable&)> run;
};

class StatsUnitQueue {
 public:
  StatsUnitQueue(const Snapshot& snapshot, const SerializerRegistry& registry,
                 const RowFilter& filter, const StatsRunOptions& options);

  // The next unit; nothing at the end.
  std::optional<StatsUnit> next();

 private:
  struct OpenedStream;
  // One piece of state, of which units are appended when it is their turn.
  struct Piece {
    std::string place;
    std::function<void(std::deque<StatsUnit>&)> add_units;
  };
  using OperatorReader = std::function<void(const OperatorStatsTask&)>;

  void plan_operator(std::size_t operator_index);
  void plan_subtask(std::size_t operator_index, const Subtask& subtask);
  void plan(std::string place, std::function<void(std::deque<StatsUnit>&)> add_units);
  void plan_operator_state(std::size_t operator_index, const std::string& place,
                           const OperatorReader& read);
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
  std::deque<Piece> planned_;
  std::deque<StatsUnit> ready_;
};

}  // namespace savvy
