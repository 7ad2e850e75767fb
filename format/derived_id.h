// Names and ids that Flink draws at random, derived instead: the same input and options give the
// same snapshot.
//
// Values  ids are UUIDs of version 8 made of a hash: equal texts give equal ids
//         files: <operator id>-<subtask>-keyed, -operator, -raw-keyed, -raw-operator
// Source  StateHandleID, PhysicalStateHandleID and the backend UUID take any UUID

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/operator_id.h"

namespace savvy {

// `text` says what the id is for: the place in the snapshot and what is there.
std::string derived_id(std::string_view text);

// The four streams a subtask can have.
enum class SubtaskStream { kKeyed, kOperator, kRawKeyed, kRawOperator };

// The name of the file of a stream in its snapshot. State is always written to files, never inline:
// the metadata stays small and every stream is checked and copied the same way.
std::string subtask_file_name(const OperatorId& id, std::int32_t subtask, SubtaskStream stream);

}  // namespace savvy
