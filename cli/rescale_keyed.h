// Keyed state of new subtasks out of that of old ones, in the layout that it has.
//
// Values  key groups are copied as they are stored where the streams that merge number their states
//         alike; where they do not, the ids are rewritten. RocksDB files are copied whole where no
//         entry of theirs is cut off. A change log is applied to what it logs
// Errors  UnsupportedError, naming the state, for what cannot be written in its layout

#pragma once

#include <cstdint>
#include <optional>

#include "cli/keyed_inputs.h"

namespace savvy {

// One subtask to be.
struct NewSubtask {
  const OperatorState& op;  // the old operator
  std::int32_t index = 0;
  std::int32_t parallelism = 0;
  std::int32_t max_parallelism = 0;
  StoredForm form;
  std::int64_t checkpoint_id = 0;
  // Where it does not follow from the numbers: a subtask that stays keeps what it has.
  std::optional<KeyGroupRange> own_range;

  KeyGroupRange range() const;
  KeyedPlace place() const;
};

// Managed keyed state at an unchanged max parallelism. Null if no old handle holds any of it.
KeyedHandle rescale_keyed(const RewriteContext& context, const NewSubtask& subtask,
                          const KeyedHandles& handles, const std::vector<KeyedPart>& parts);

// Raw keyed state at an unchanged max parallelism: its key groups are moved as they are.
KeyedHandle rescale_raw_keyed(const RewriteContext& context, const NewSubtask& subtask);

}  // namespace savvy
