// Streams whose states a table lacks because they could not be read.
//
// Values  text and JSON documents have a place for them beside the states; JSON Lines and CSV, which
//         hold states alone, do not: there they are told of on stderr, and the exit code says so

#pragma once

#include <vector>

#include "cli/common_options.h"
#include "readers/catalog.h"

namespace savvy {

// Returns the exit code of a command whose result is such a table.
int tell_problems(const std::vector<OperatorCatalog>& operators, DocumentFormat format);

}  // namespace savvy
