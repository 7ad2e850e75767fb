// Messages of `dump --format protobuf`, read with the generated classes as a user would, and
// written as the JSON row of the same entry.

#pragma once

#include <string>

namespace savvy::testing {

// One line a message. Throws std::runtime_error if the bytes are not whole StateRow messages.
std::string state_rows_as_jsonl(const std::string& messages);

}  // namespace savvy::testing
