#include "cli/finding_output.h"

#include <fmt/format.h>

#include "cli/printable.h"
#include "cli/table.h"
#include "format/errors.h"

namespace savvy {
namespace {

std::string_view severity_word(Severity severity) {
  return severity == Severity::kError ? "error" : "warning";
}

// "operator my-op, subtask 3, managed_keyed, state count, key group 17".
std::string place_text(const FindingPlace& place) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (!place.operator_label.empty()) add("operator " + place.operator_label);
  if (place.subtask) add(fmt::format("subtask {}", *place.subtask));
  if (!place.slot.empty()) add(place.slot);
  if (!place.state.empty()) add(fmt::format("state \"{}\"", place.state));
  if (place.key_group) add(fmt::format("key group {}", *place.key_group));
  return printable(text);
}

// Text of several lines keeps them, each control character within a line becomes "?".
void add_lines(std::string& text, std::string_view label, const std::string& content) {
  if (content.empty()) return;
  const std::string_view lines = content;
  std::size_t start = 0;
  for (bool first = true; start <= lines.size(); first = false) {
    const std::size_t end = std::min(lines.find('\n', start), lines.size());
    text += fmt::format("  {:<9} {}\n", first ? label : "",
                        printable(lines.substr(start, end - start)));
    start = end + 1;
  }
}

std::string finding_text(const Finding& finding) {
  const FindingText& code = text_of(finding.code);
  const FindingPlace& place = finding.place;
  std::string text =
      fmt::format("{} {}: {}\n", code_word(finding.code), severity_word(code.severity), code.title);
  add_lines(text, "file",
            place.offset ? fmt::format("{}, offset {:#x}", place.file, *place.offset) : place.file);
  add_lines(text, "where", place_text(place));
  add_lines(text, "expected", finding.expected);
  add_lines(text, "found", finding.found);
  if (finding.more > 0) add_lines(text, "more", counted(finding.more, "finding") + " of this kind");
  add_lines(text, "restore", std::string(code.meaning));
  return text;
}

}  // namespace

Json finding_json(const Finding& finding) {
  const FindingText& code = text_of(finding.code);
  const FindingPlace& place = finding.place;
  Json json;
  json["code"] = code_word(finding.code);
  json["severity"] = severity_word(code.severity);
  json["title"] = code.title;
  if (!place.file.empty()) json["file"] = place.file;
  if (place.offset) json["offset"] = *place.offset;
  if (!place.operator_label.empty()) json["operator"] = place.operator_label;
  if (!place.operator_id.empty()) json["operator_id"] = place.operator_id;
  if (place.subtask) json["subtask"] = *place.subtask;
  if (!place.slot.empty()) json["slot"] = place.slot;
  if (!place.state.empty()) json["state"] = place.state;
  if (place.key_group) json["key_group"] = *place.key_group;
  json["expected"] = finding.expected;
  json["found"] = finding.found;
  if (finding.more > 0) json["more"] = finding.more;
  json["meaning"] = code.meaning;
  return json;
}

std::vector<Json> finding_records(const std::vector<Finding>& findings) {
  std::vector<Json> records;
  records.reserve(findings.size());
  for (const Finding& finding : findings) records.push_back(finding_json(finding));
  return records;
}

std::vector<std::string_view> finding_columns() {
  return {"code",      "severity",    "title",   "file", "offset",
          "operator",  "operator_id", "subtask", "slot", "state",
          "key_group", "expected",    "found",   "more", "meaning"};
}

std::string findings_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += finding_text(finding) + '\n';
  return text;
}

std::string finding_counts_text(const FindingList& findings) {
  std::string text;
  if (findings.error_count() > 0) text = counted(findings.error_count(), "error");
  if (findings.warning_count() > 0) {
    text += (text.empty() ? "" : ", ") + counted(findings.warning_count(), "warning");
  }
  return text.empty() ? "no finding" : text;
}

int exit_code_of(const FindingList& findings, Warnings warnings) {
  if (findings.error_count() > 0) return 1;
  return warnings == Warnings::kFail && findings.warning_count() > 0 ? 1 : 0;
}

std::string explain_code(const std::string& word) {
  const std::optional<FindingCode> code = find_code(word);
  if (!code && word != "all") {
    throw UsageError(fmt::format("--explain {}: there is no such finding; they are {} to {}", word,
                                 code_word(finding_texts().front().code),
                                 code_word(finding_texts().back().code)));
  }
  std::string explanation;
  for (const FindingText& text : finding_texts()) {
    if (code && text.code != *code) continue;
    explanation += fmt::format("{} {}: {}\n{}\n", code_word(text.code),
                               severity_word(text.severity), text.title, text.meaning);
  }
  return explanation;
}

}  // namespace savvy
