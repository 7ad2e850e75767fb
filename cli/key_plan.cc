#include "cli/key_plan.h"

#include <optional>
#include <utility>
#include <vector>

#include "format/errors.h"
#include "readers/open_keyed.h"

namespace savvy {
namespace {

// The states that the first description has which can be read; none if there is no such.
std::vector<KeyedStateSchema> first_states(const Snapshot& snapshot,
                                           const SerializerRegistry& registry,
                                           const OperatorState& op) {
  for (const Subtask& subtask : op.subtasks) {
    if (!can_open_keyed(subtask.managed_keyed_state)) continue;
    try {
      auto states = read_keyed_schemas(snapshot, subtask.managed_keyed_state, registry);
      if (!states.empty()) return states;
    } catch (const Error&) {
      // If this file is needed, the unit that reads it says what is wrong; if not, the key can be
      // had without it.
    }
  }
  return {};
}

bool has_keyed_state(const OperatorState& op) {
  for (const Subtask& subtask : op.subtasks) {
    if (can_open_keyed(subtask.managed_keyed_state)) return true;
  }
  return false;
}

}  // namespace

KeyPlan::KeyPlan(const Snapshot& snapshot, const SerializerRegistry& registry,
                 const RowFilter& filter, const MessageTypes& messages) {
  if (!filter.has_keys()) return;
  for (const OperatorState& op : snapshot.metadata().operators) {
    if (!filter.wants_operator(op) || !has_keyed_state(op)) continue;
    const std::vector<KeyedStateSchema> states =
        messages.empty() ? first_states(snapshot, registry, op) : std::vector<KeyedStateSchema>();
    if (states.empty()) {
      operators_.emplace_back(&op, nullptr);
      continue;
    }
    OperatorKeys keys{
        KeyTargets(states, filter, op.max_parallelism, row_hash_of(snapshot.metadata().version)),
        {}};
    for (const KeyedStateSchema& state : states) {
      keys.key_types.insert(state.key->describe().name);
    }
    const auto place = plans_.emplace(&op, std::move(keys)).first;
    operators_.emplace_back(&op, &place->second);
  }
}

const OperatorKeys* KeyPlan::find(const OperatorState& op) const {
  const auto found = plans_.find(&op);
  return found == plans_.end() ? nullptr : &found->second;
}

}  // namespace savvy
