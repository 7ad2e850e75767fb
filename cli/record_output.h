// Flat records (a state, a file) as JSON Lines or CSV: the machine-readable tables of a command.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/json_document.h"

namespace savvy {

// One object a line.
std::string records_jsonl(const std::vector<Json>& records);

// The columns by name; a field that a record lacks is an empty cell. Strings are plain text,
// anything else is JSON.
std::string records_csv(const std::vector<std::string_view>& columns,
                        const std::vector<Json>& records);

}  // namespace savvy
