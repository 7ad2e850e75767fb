// Which elements of operator state a new subtask stores.
//
// Not what a task restores: stored at the new parallelism, the state restores at that parallelism to
// what the old snapshot would have restored there. So of a UNION each element is stored once.
//
// Values  SPLIT      dealt out in blocks as Flink does, one name after another in its order
//         UNION      every element once: old subtask i goes to i, or i * new / old when shrinking
//         BROADCAST  one copy each: copy i mod the number of copies
//         At an unchanged parallelism everything stays where it is, and a subtask without a
//         broadcast copy gets one. Managed and raw operator state are planned each by itself
// Errors  UnsupportedError for what no rewrite can keep: a name twice in one handle, a name of two
//         modes, a broadcast state of more or less than one copy, two handles of one subtask
// Source  RoundRobinOperatorStateRepartitioner

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "format/state_handles.h"

namespace savvy {

struct OldListState {
  std::string name;
  DistributionMode mode = DistributionMode::kSplit;
  std::size_t element_count = 0;
};

// The handle of one subtask; subtasks without a handle are left out.
struct OldOperatorState {
  std::int32_t subtask = 0;
  std::vector<OldListState> states;  // in the stored order of the handle
};

// Elements [first, first + count) that old handle `source` has of the state.
struct ElementRun {
  std::size_t source = 0;
  std::size_t first = 0;
  std::size_t count = 0;

  bool operator==(const ElementRun&) const = default;
};

struct NewListState {
  std::string name;
  DistributionMode mode = DistributionMode::kSplit;
  std::vector<ElementRun> elements;  // none is empty; of a broadcast state the one copy

  bool operator==(const NewListState&) const = default;
};

// One list a new subtask. At another parallelism each lists all states of the operator, in order of
// their first appearance, those without elements too: what describes a state is not lost.
std::vector<std::vector<NewListState>> plan_operator_state(const std::vector<OldOperatorState>& old,
                                                           std::int32_t old_parallelism,
                                                           std::int32_t new_parallelism);

}  // namespace savvy
