#include "cli/rewrite_report.h"

#include <fmt/format.h>

#include "cli/printable.h"
#include "cli/table.h"

namespace savvy {

std::string outcome_text(const RewriteResult& result, const std::string& destination,
                         std::optional<std::int32_t> parallelism) {
  std::string text = "not verified, as --no-verify asks\n";
  if (result.verified) {
    text = "verified: the new snapshot holds what its source holds\n";
    text += counts_text(*result.verified);
  }
  text += fmt::format("{} in {} files\n", human_bytes(result.bytes), result.file_count + 1);
  return text + restore_command(destination, parallelism) + '\n';
}

void add_outcome(Json& document, const RewriteResult& result, const std::string& destination,
                 std::optional<std::int32_t> parallelism) {
  document["files"] = result.file_count + 1;
  document["bytes"] = result.bytes;
  document["verified"] = result.verified.has_value();
  if (result.verified) document["states"] = counts_json(*result.verified);
  document["restore"] = restore_command(destination, parallelism);
}

std::string notes_text(const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes) text += fmt::format("note: {}\n", printable(note));
  return text;
}

}  // namespace savvy
