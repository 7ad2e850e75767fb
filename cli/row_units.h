// Cuts the rows of a snapshot into units of work, in the order in which rows come out: master
// state, then operators as stored (sorted: by id), each with its coordinator and its subtasks
// ascending; in a subtask operator state, raw operator state, keyed state by key group, raw keyed
// state, channel state.
//
// Lives   the snapshot, registry, filter and options outlive the queue; units keep alive what they
//         need
// Errors  an error while a stream is opened belongs to the unit that would have read it

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/row_context.h"
#include "readers/keyed_source.h"

namespace savvy {

struct RowUnit {
  std::string place;  // whose state it is, for errors; empty: that of the whole job
  std::function<void(RowTask&)> run;
};

class RowUnitQueue {
 public:
  RowUnitQueue(const Snapshot& snapshot, const SerializerRegistry& registry,
               const RowFilter& filter, const RowOptions& options);

  // The next unit; nothing at the end.
  std::optional<RowUnit> next();

 private:
  // One piece of state, of which units are appended when it is their turn.
  struct Piece {
    std::string place;
    std::function<void(std::deque<RowUnit>&)> add_units;
  };

  void plan_operator(const OperatorState& op);
  void plan_subtask(const OperatorState& op, const Subtask& subtask);
  void plan_keyed(const SubtaskRef& where);
  void plan_raw_keyed(const SubtaskRef& where);
  void open_stream(const SubtaskRef& where, std::unique_ptr<KeyedSource> source,
                   std::deque<RowUnit>& ready) const;
  void plan(std::string place, std::function<void(std::deque<RowUnit>&)> add_units);
  // A piece that is one unit.
  void add(const std::string& place, const std::function<void(RowTask&)>& run);

  const Snapshot& snapshot_;
  const SerializerRegistry& registry_;
  const RowFilter& filter_;
  const RowOptions& options_;
  std::deque<Piece> planned_;
  std::deque<RowUnit> ready_;
};

}  // namespace savvy
