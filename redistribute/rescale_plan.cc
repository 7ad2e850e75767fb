#include "redistribute/rescale_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::int32_t kNotParallelMax = 1;

using Labels = std::vector<std::string>;

std::string quoted(const Labels& labels) {
  return fmt::format("\"{}\"", fmt::join(labels, "\", \""));
}

OperatorPlan target_of(const OperatorState& op, const RescaleOptions& options,
                       std::optional<std::int32_t> named) {
  OperatorPlan plan;
  plan.label = operator_label(op);
  plan.old_parallelism = plan.new_parallelism = op.parallelism;
  plan.old_max_parallelism = plan.new_max_parallelism = op.max_parallelism;
  if (op.max_parallelism == kNotParallelMax) {
    plan.new_parallelism = named.value_or(op.parallelism);
    const bool asked_of_all =
        (!named && options.parallelism.value_or(op.parallelism) != op.parallelism) ||
        options.max_parallelism.value_or(kNotParallelMax) != kNotParallelMax;
    if (asked_of_all) plan.action = RescaleAction::kNotParallel;
    return plan;
  }
  plan.new_parallelism = named ? *named : options.parallelism.value_or(op.parallelism);
  plan.new_max_parallelism = options.max_parallelism.value_or(op.max_parallelism);
  return plan;
}

// All operators that are asked for too much, in one error.
void check_parallelisms(const std::vector<OperatorPlan>& operators) {
  Labels too_many;
  for (const OperatorPlan& op : operators) {
    if (op.new_parallelism <= op.new_max_parallelism) continue;
    too_many.push_back(fmt::format("\"{}\" (parallelism {}, max parallelism {})", op.label,
                                   op.new_parallelism, op.new_max_parallelism));
  }
  if (too_many.empty()) return;
  throw UnsupportedError(fmt::format("the parallelism is more than the max parallelism of: {}",
                                     fmt::join(too_many, ", ")));
}

// What Flink reads and never writes would be mixed up when it is dealt out.
void check_stored_operator(const OperatorState& op) {
  if (op.parallelism < 1 || op.max_parallelism < op.parallelism ||
      op.max_parallelism > kUpperBoundMaxParallelism) {
    throw UnsupportedError(fmt::format(
        "operator \"{}\" has parallelism {} and max parallelism {}, expected 1 <= parallelism <= "
        "max parallelism <= {}",
        operator_label(op), op.parallelism, op.max_parallelism, kUpperBoundMaxParallelism));
  }
  std::set<std::int32_t> indices;
  for (const Subtask& subtask : op.subtasks) {
    if (indices.insert(subtask.index).second) continue;
    throw UnsupportedError(
        fmt::format("operator \"{}\" lists subtask {} twice", operator_label(op), subtask.index));
  }
}

// Flink keeps the last of two operators with one id, and drops the other in silence.
void check_ids(const Metadata& metadata) {
  std::set<OperatorId> ids;
  for (const OperatorState& op : metadata.operators) {
    if (ids.insert(op.id).second) continue;
    throw UnsupportedError(
        fmt::format("operator \"{}\": its id comes twice in the snapshot", operator_label(op)));
  }
}

bool has_keyed_state(const OperatorState& op) {
  return std::any_of(op.subtasks.begin(), op.subtasks.end(), [](const Subtask& subtask) {
    return !is_null(subtask.managed_keyed_state) || !is_null(subtask.raw_keyed_state);
  });
}

bool has_state(const OperatorState& op) {
  return has_keyed_state(op) ||
         std::any_of(op.subtasks.begin(), op.subtasks.end(), [](const Subtask& subtask) {
           return subtask.managed_operator_state || subtask.raw_operator_state;
         });
}

RescaleAction action_of(const OperatorState& op, const OperatorPlan& plan) {
  if (!plan.changes_numbers()) return plan.action;
  if (op.fully_finished()) return RescaleAction::kFinished;
  if (!has_state(op)) return RescaleAction::kNoState;
  const bool moves = plan.changes_parallelism() || has_keyed_state(op);
  return moves ? RescaleAction::kRescaled : RescaleAction::kRenumbered;
}

std::size_t channel_handles(const Subtask& subtask) {
  return subtask.input_channel_state.size() + subtask.result_subpartition_state.size();
}

// Operators with a subtask of which something is true.
template <typename Predicate>
Labels operators_where(const Metadata& metadata, Predicate predicate) {
  Labels labels;
  for (std::size_t i = 0; i < metadata.operators.size(); ++i) {
    const OperatorState& op = metadata.operators[i];
    for (std::size_t k = 0; k < op.subtasks.size(); ++k) {
      if (!predicate(i, k, op.subtasks[k])) continue;
      labels.push_back(operator_label(op));
      break;
    }
  }
  return labels;
}

void check_inflight_data(const Metadata& metadata, const SnapshotFacts& facts) {
  const Labels labels =
      operators_where(metadata, [&](std::size_t op, std::size_t k, const Subtask& subtask) {
        return channel_handles(subtask) > 0 && facts.has_inflight_data(op, k);
      });
  if (labels.empty()) return;
  throw UnsupportedError(fmt::format(
      "the unaligned checkpoint holds in-flight data of {}, which is bound to the parallelism it "
      "was taken at: take a savepoint, or let Flink rescale when it restores the checkpoint",
      quoted(labels)));
}

void check_raw_keyed_state(const Metadata& metadata, const RescalePlan& plan,
                           const SnapshotFacts& facts) {
  const Labels labels =
      operators_where(metadata, [&](std::size_t op, std::size_t k, const Subtask& subtask) {
        return plan.operators[op].changes_max_parallelism() && !is_null(subtask.raw_keyed_state) &&
               !facts.raw_keyed_is_timers(op, k);
      });
  if (labels.empty()) return;
  throw UnsupportedError(fmt::format(
      "the max parallelism cannot change: the keys in the raw keyed state of {} are known to the "
      "job alone",
      quoted(labels)));
}

std::size_t finished_subtasks(const OperatorState& op) {
  return static_cast<std::size_t>(
      std::count_if(op.subtasks.begin(), op.subtasks.end(),
                    [](const Subtask& subtask) { return subtask.finished; }));
}

void plan_drops(const Metadata& metadata, RescalePlan& plan) {
  bool drops_finished = false;
  for (std::size_t i = 0; i < plan.operators.size(); ++i) {
    drops_finished |=
        plan.operators[i].changes_numbers() && finished_subtasks(metadata.operators[i]) > 0;
  }
  for (std::size_t i = 0; i < plan.operators.size(); ++i) {
    const OperatorState& op = metadata.operators[i];
    if (drops_finished) plan.operators[i].dropped_finished_subtasks = finished_subtasks(op);
    for (const Subtask& subtask : op.subtasks) {
      plan.operators[i].dropped_channel_handles += channel_handles(subtask);
    }
  }
}

std::string counted(std::size_t count, std::string_view singular) {
  return fmt::format("{} {}{}", count, singular, count == 1 ? "" : "s");
}

void add_notes(const OperatorState& op, OperatorPlan& plan) {
  Labels& notes = plan.notes;
  if (plan.action == RescaleAction::kNotParallel) {
    notes.push_back("its max parallelism is 1: left as it is");
  }
  if (plan.action == RescaleAction::kFinished) {
    notes.push_back("fully finished: stays so, only its numbers change");
  }
  if (plan.action == RescaleAction::kNoState) {
    notes.push_back("has no state: only its numbers change");
  }
  if (plan.action == RescaleAction::kRenumbered) {
    notes.push_back("has no keyed state: only its numbers change");
  }
  if (plan.rehashes_keys) notes.push_back("its keys get new key groups");
  if (plan.changes_numbers() && op.coordinator_state) {
    notes.push_back("its coordinator state stays as it is");
  }
  if (plan.dropped_finished_subtasks > 0) {
    notes.push_back(fmt::format("{} will start again, without state",
                                counted(plan.dropped_finished_subtasks, "finished subtask")));
  }
  if (plan.dropped_channel_handles > 0) {
    notes.push_back(fmt::format("{} without data will be dropped",
                                counted(plan.dropped_channel_handles, "channel handle")));
  }
}

}  // namespace

std::string_view to_string(RescaleAction action) {
  switch (action) {
    case RescaleAction::kKept:
      return "kept";
    case RescaleAction::kNotParallel:
      return "not_parallel";
    case RescaleAction::kFinished:
      return "finished";
    case RescaleAction::kNoState:
      return "no_state";
    case RescaleAction::kRenumbered:
      return "renumbered";
    case RescaleAction::kRescaled:
      return "rescaled";
    case RescaleAction::kConverted:
      return "converted";
  }
  return {};
}

RescalePlan plan_rescale(const Metadata& metadata, const RescaleOptions& options,
                         const SnapshotFacts& facts) {
  check_rescale_options(options);
  const auto named = named_parallelisms(options, metadata.operators);
  RescalePlan plan;
  for (std::size_t i = 0; i < metadata.operators.size(); ++i) {
    const OperatorState& op = metadata.operators[i];
    plan.operators.push_back(target_of(op, options, named[i]));
    plan.changes_anything |= plan.operators.back().changes_numbers();
  }
  check_parallelisms(plan.operators);
  check_ids(metadata);
  for (std::size_t i = 0; i < metadata.operators.size(); ++i) {
    const OperatorState& op = metadata.operators[i];
    OperatorPlan& own = plan.operators[i];
    if (own.changes_numbers()) check_stored_operator(op);
    own.action = action_of(op, own);
    own.rehashes_keys = own.changes_max_parallelism() && has_keyed_state(op);
  }
  if (plan.changes_anything) {
    check_raw_keyed_state(metadata, plan, facts);
    check_inflight_data(metadata, facts);
    plan_drops(metadata, plan);
  }
  for (std::size_t i = 0; i < metadata.operators.size(); ++i) {
    add_notes(metadata.operators[i], plan.operators[i]);
  }
  return plan;
}

}  // namespace savvy
