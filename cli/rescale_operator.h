// One operator of a rescaled snapshot: the pieces of work that make it, and what they result in.

#pragma once

#include <vector>

#include "cli/rewrite_context.h"
#include "cli/stream_copies.h"
#include "format/metadata.h"
#include "redistribute/rescale_plan.h"

namespace savvy {

// Fills `result` with what is known beforehand and adds the units that fill in the rest. State that
// stays where it is is planned as copies. All arguments outlive the units.
void plan_operator_units(const RewriteContext& context, const OperatorState& op,
                         const OperatorPlan& plan, StreamCopies& copies, OperatorState& result,
                         std::vector<RewriteUnit>& units);

// For plan_rescale(): whether a channel handle of the subtask has a buffer that is not empty.
bool has_inflight_data(const Snapshot& snapshot, const Subtask& subtask);

}  // namespace savvy
