// What is known of the keys of --key before any entry is read, an operator at a time.
//
// All subtasks of an operator have the same key type, so the first description of its states that
// can be read speaks for all. An operator without one has no plan: all of it is opened, and what is
// wrong with it is said there.

#pragma once

#include <map>
#include <set>
#include <string>

#include "cli/key_targets.h"
#include "cli/message_types.h"
#include "format/serializer_registry.h"
#include "readers/snapshot.h"

namespace savvy {

struct OperatorKeys {
  KeyTargets targets;
  std::set<std::string> key_types;
};

class KeyPlan {
 public:
  // Empty without --key, and with --proto-type: then the states of each subtask decide for it.
  KeyPlan(const Snapshot& snapshot, const SerializerRegistry& registry, const RowFilter& filter,
          const MessageTypes& messages);

  // Null if there is no plan for it.
  const OperatorKeys* find(const OperatorState& op) const;

  // The wanted operators with keyed state, in the order of the snapshot; null where there is no
  // plan.
  const std::vector<std::pair<const OperatorState*, const OperatorKeys*>>& operators() const {
    return operators_;
  }

 private:
  std::map<const OperatorState*, OperatorKeys> plans_;
  std::vector<std::pair<const OperatorState*, const OperatorKeys*>> operators_;
};

}  // namespace savvy
