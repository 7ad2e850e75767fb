// One operator of a rescaled or converted snapshot: the pieces of work that make it, and what they
// result in.

#pragma once

#include <optional>
#include <vector>

#include "cli/keyed_inputs.h"
#include "cli/rewrite_context.h"
#include "cli/stream_copies.h"
#include "format/metadata.h"
#include "redistribute/rescale_plan.h"

namespace savvy {

// Fills `result` with what is known beforehand and adds the units that fill in the rest. Keyed state
// gets the form, or keeps its own without one; other state that stays where it is is planned as
// copies. The arguments but the form outlive the units.
void plan_operator_units(const RewriteContext& context, const OperatorState& op,
                         const OperatorPlan& plan, const std::optional<StoredForm>& form,
                         StreamCopies& copies, OperatorState& result,
                         std::vector<RewriteUnit>& units);

bool has_managed_keyed(const OperatorState& op);

// For plan_rescale(): whether a channel handle of the subtask has a buffer that is not empty.
bool has_inflight_data(const Snapshot& snapshot, const Subtask& subtask);

}  // namespace savvy
