// What a rescale does to each operator of a snapshot, before anything is written.
//
// Values  an operator keeps its max parallelism unless another is asked for. One of max parallelism
//         1 is not parallel: what is asked for all operators leaves it as it is. Where the
//         parallelism or max parallelism of any operator changes:
//         - channel handles of all operators are dropped; none of them holds data
//         - if an operator with finished subtasks is among those that change, the markers of all
//           finished subtasks of the snapshot are dropped: Flink refuses finished tasks behind ones
//           that are not, and which tasks stand behind which is not stored. Fully finished
//           operators stay finished
// Errors  those of rescale_options.h. UnsupportedError, naming operators: a parallelism above the max
//         parallelism, in-flight data, raw keyed state of user code under another max parallelism,
//         numbers or subtasks in the snapshot that make no sense
// Source  StateAssignmentOperation, TaskStateAssignment, VertexFinishedStateChecker

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "format/metadata.h"
#include "redistribute/rescale_options.h"

namespace savvy {

enum class RescaleAction {
  kKept,         // nothing was asked of it that it is not already
  kNotParallel,  // kept because its max parallelism is 1
  kFinished,     // fully finished: the marker stays, the numbers change
  kNoState,      // has no state: the numbers change
  kRenumbered,   // the max parallelism changes, and there is no keyed state: the numbers change
  kRescaled,     // its state is dealt out anew
  kConverted,    // its subtasks stay, their keyed state is stored in another layout
};

// One word, for machines: it does not change.
std::string_view to_string(RescaleAction action);

struct OperatorPlan {
  std::string label;  // as operator_label() says
  std::int32_t old_parallelism = 0;
  std::int32_t new_parallelism = 0;
  std::int32_t old_max_parallelism = 0;
  std::int32_t new_max_parallelism = 0;
  RescaleAction action = RescaleAction::kKept;
  bool rehashes_keys = false;                 // every key gets a new key group
  std::size_t dropped_finished_subtasks = 0;  // of kept operators too
  std::size_t dropped_channel_handles = 0;    // of kept operators too
  std::vector<std::string> notes;             // sentences for people, without the label

  bool changes_parallelism() const { return new_parallelism != old_parallelism; }
  bool changes_max_parallelism() const { return new_max_parallelism != old_max_parallelism; }
  bool changes_numbers() const { return changes_parallelism() || changes_max_parallelism(); }
};

struct RescalePlan {
  std::vector<OperatorPlan> operators;  // as in the metadata
  bool changes_anything = false;
};

// What only the data tells. Operators and subtasks are given by their position in the metadata.
struct SnapshotFacts {
  using Question = std::function<bool(std::size_t op, std::size_t subtask)>;
  // Whether a channel handle of the subtask has a chunk of more than 0 bytes. Asked of subtasks with
  // channel handles, where something changes.
  Question has_inflight_data;
  // Whether raw keyed state is Flink's own timers. Asked where it has to get new key groups.
  Question raw_keyed_is_timers;
};

RescalePlan plan_rescale(const Metadata& metadata, const RescaleOptions& options,
                         const SnapshotFacts& facts);

}  // namespace savvy
