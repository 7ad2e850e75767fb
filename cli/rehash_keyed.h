// Keyed state of an operator under another max parallelism: every key finds its new key group.
//
// Values  all entries of the operator are sorted by new key group, state and key, on disk where
//         they do not fit in memory
// Errors  UnsupportedError, naming state and key type: a hash that cannot be computed, or that does
//         not lead to the key group that is stored

#pragma once

#include <vector>

#include "cli/rescale_keyed.h"

namespace savvy {

// One handle a new subtask.
std::vector<KeyedHandle> rehash_keyed(const RewriteContext& context, const OperatorState& op,
                                      const KeyedHandles& handles,
                                      const std::vector<NewSubtask>& subtasks);

// The same for timers in raw keyed state.
std::vector<KeyedHandle> rehash_raw_timers(const RewriteContext& context, const OperatorState& op,
                                           const std::vector<NewSubtask>& subtasks);

}  // namespace savvy
