// The parts of a comparison of two snapshots, one operator each.

#pragma once

#include "cli/diff_context.h"
#include "readers/catalog.h"

namespace savvy {

// Operators, states and serializers. An operator that one side lacks is one row, without its
// states. Null where the snapshot lacks the operator.
void diff_structure(const OperatorDiff& diff, const OperatorCatalog* before,
                    const OperatorCatalog* after);

// Keyed state and timers, key group by key group.
void diff_keyed_state(const OperatorDiff& diff);

// List, union and broadcast state.
void diff_operator_state(const OperatorDiff& diff);

// Raw, channel and coordinator state.
void diff_raw_state(const OperatorDiff& diff);

// State of the JobManager's hooks; `diff` has no operator.
void diff_master_state(const OperatorDiff& diff);

}  // namespace savvy
