// Findings as text and as records.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/json_document.h"
#include "format/finding.h"

namespace savvy {

// One finding as a flat record; what it means for a restore stands in it.
Json finding_json(const Finding& finding);
std::vector<Json> finding_records(const std::vector<Finding>& findings);
// Of CSV.
std::vector<std::string_view> finding_columns();

// Several lines a finding: code and title, place, expected, found, meaning.
std::string findings_text(const std::vector<Finding>& findings);

// "2 errors, 1 warning", "no finding".
std::string finding_counts_text(const FindingList& findings);

// The exit code: 1 with an error, or with a warning that counts as one.
enum class Warnings { kPass, kFail };
int exit_code_of(const FindingList& findings, Warnings warnings);

// `--explain SV101`: the code, its severity, title and meaning; "all" for all of them. UsageError for
// an unknown code.
std::string explain_code(const std::string& word);

}  // namespace savvy
