// Findings as text, JSON, JSON Lines or CSV.

#pragma once

#include <string>
#include <vector>

#include "cli/common_options.h"
#include "cli/json_document.h"
#include "format/finding.h"

namespace savvy {

// One finding as a flat record; what it means for a restore stands in it.
Json finding_json(const Finding& finding);
std::vector<Json> finding_records(const std::vector<Finding>& findings);
std::string findings_csv(const std::vector<Finding>& findings);

// Several lines a finding: code and title, place, expected, found, meaning.
std::string findings_text(const std::vector<Finding>& findings);

// "2 errors, 1 warning", "no finding".
std::string finding_counts_text(const FindingList& findings);

// The exit code: 1 with an error, or with a warning that counts as one.
enum class Warnings { kPass, kFail };
int exit_code_of(const FindingList& findings, Warnings warnings);

// `--explain SV101`: the code, its severity, title and meaning. UsageError for an unknown code.
std::string explain_code(const std::string& word);

}  // namespace savvy
