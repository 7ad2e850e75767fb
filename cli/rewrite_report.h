// What every command that writes a snapshot says at the end.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/json_document.h"
#include "cli/snapshot_rewrite.h"

namespace savvy {

// Whether it was verified, what was compared, how much was written, and how Flink starts from it.
std::string outcome_text(const RewriteResult& result, const std::string& destination,
                         std::optional<std::int32_t> parallelism);
// The same as fields of the document.
void add_outcome(Json& document, const RewriteResult& result, const std::string& destination,
                 std::optional<std::int32_t> parallelism);

// A line each.
std::string notes_text(const std::vector<std::string>& notes);

}  // namespace savvy
