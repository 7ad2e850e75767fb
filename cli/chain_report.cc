#include "cli/chain_report.h"

#include <fmt/format.h>

#include <string_view>

#include "cli/finding_output.h"
#include "cli/json_document.h"
#include "cli/printable.h"
#include "cli/record_output.h"
#include "cli/table.h"

namespace savvy {
namespace {

Json names_json(const SnapshotSet& set, const std::vector<std::size_t>& members) {
  Json json = Json::array();
  for (const std::size_t member : members) json.push_back(set.members[member].name);
  return json;
}

Json paths_json(const SnapshotSet& set, const std::vector<std::size_t>& files) {
  Json json = Json::array();
  for (const std::size_t file : files) json.push_back(set.files[file].path);
  return json;
}

std::string base_text(const ChainReport& report, std::size_t member) {
  const std::optional<ChainBase>& base = report.bases[member];
  if (!base) return "";
  return fmt::format("{} ({}, {})", report.set.members[base->member].name,
                     counted(base->file_count, "file"), human_bytes(base->bytes));
}

std::string members_text(const ChainReport& report) {
  std::vector<Table::Heading> headings = member_headings();
  headings.push_back({"TAKES OVER FROM"});
  Table table(std::move(headings));
  for (std::size_t i = 0; i < report.set.members.size(); ++i) {
    std::vector<std::string> cells =
        member_cells(report.set, report.findings, i, report.set.members[i].name);
    cells.push_back(base_text(report, i));
    table.add(std::move(cells));
  }
  return table.text("");
}

void add_line(std::string& text, std::string_view label, const std::string& content) {
  text += fmt::format("  {:<9} {}\n", label, printable(content));
}

std::string findings_text(const ChainReport& report) {
  std::string text;
  for (const ChainFinding& found : report.findings.findings) {
    text += '\n' + savvy::findings_text({found.finding});
    text.pop_back();  // the empty line behind it
    add_line(text, "needed by", member_names(report.set, found.needed_by));
    if (!found.unrestorable.empty()) {
      add_line(text, "spoils", member_names(report.set, found.unrestorable));
    }
  }
  return text;
}

std::string deletion_text(const ChainReport& report) {
  const Deletion& deletion = *report.deletion;
  std::string text =
      fmt::format("\nwithout {}: {} in {}", member_names(report.set, deletion.deleted),
                  human_bytes(deletion.freed_bytes),
                  deletion.deleted.size() > 1 ? "their own folders" : "its own folder");
  text += fmt::format("; {} elsewhere, {}, would be needed by nobody\n",
                      counted(deletion.orphan_count, "file"), human_bytes(deletion.orphan_bytes));
  for (const Deletion::Broken& broken : deletion.broken) {
    text +=
        fmt::format("  breaks {}, which needs {} of it, e.g. {}\n",
                    report.set.members[broken.member].name, counted(broken.files.size(), "file"),
                    printable(report.set.files[broken.files.front()].path));
  }
  for (const Deletion::Unknown& unknown : deletion.unknown) {
    text += fmt::format("  cannot be told for {}, which needs {} (--map)\n",
                        report.set.members[unknown.member].name, printable(unknown.uri));
  }
  if (deletion.broken.empty() && deletion.unknown.empty()) text += "  breaks nothing\n";
  return text;
}

std::string spoiled_text(const ChainReport& report) {
  std::vector<std::size_t> spoiled;
  for (std::size_t i = 0; i < report.set.members.size(); ++i) {
    if (report.findings.first_error[i]) spoiled.push_back(i);
  }
  if (spoiled.empty()) return "";
  return fmt::format("cannot be restored: {}\n", member_names(report.set, spoiled));
}

std::string vanished_text(const ChainReport& report) {
  std::vector<std::size_t> vanished;
  for (std::size_t i = 0; i < report.set.members.size(); ++i) {
    if (report.set.members[i].state == MemberState::kVanished) vanished.push_back(i);
  }
  if (vanished.empty()) return "";
  return fmt::format("deleted meanwhile: {}\n", member_names(report.set, vanished));
}

std::string render_text(const ChainReport& report) {
  std::string text = members_text(report) + findings_text(report);
  if (report.deletion) text += deletion_text(report);
  text += '\n';
  for (const ScanProblem& problem : report.set.problems) {
    text += fmt::format("not looked into: {}\n", printable(problem.text));
  }
  const ChainFindings& found = report.findings;
  std::string counts =
      counted(found.error_count, "error") + ", " + counted(found.warning_count, "warning");
  if (found.error_count + found.warning_count == 0) counts = "no finding";
  return text + vanished_text(report) + spoiled_text(report) +
         fmt::format(
             "{}; checked: {}, {}\n", counts, counted(report.set.members.size(), "snapshot"),
             report.data_percent > 0 ? fmt::format("{} % of their data", report.data_percent)
                                     : "data not read (--read-data)");
}

Json member_json(const ChainReport& report, std::size_t index) {
  const SetMember& member = report.set.members[index];
  Json json;
  json["snapshot"] = member.name;
  json["metadata"] = member.metadata_path;
  json["state"] = state_word(report.set, report.findings, index);
  const std::optional<std::size_t>& error = report.findings.first_error[index];
  if (error) {
    json["first_error"] = code_word(report.findings.findings[*error].finding.code);
  }
  if (member.checkpoint_id >= 0) json["checkpoint_id"] = member.checkpoint_id;
  if (!member.kind.empty()) json["kind"] = member.kind;
  if (!member.layout.empty()) json["layout"] = member.layout;
  json["job"] = member.job;
  json["file_count"] = member.needs.size();
  json["exclusive_bytes"] = member.exclusive_bytes;
  json["shared_bytes"] = member.shared_bytes;
  if (const std::optional<ChainBase>& base = report.bases[index]) {
    json["base"] = report.set.members[base->member].name;
    json["base_file_count"] = base->file_count;
    json["base_bytes"] = base->bytes;
  }
  return json;
}

Json group_json(const ChainReport& report, const ChainGroup& group) {
  Json json;
  json["needed_by"] = names_json(report.set, group.members);
  json["file_count"] = group.files.size();
  json["bytes"] = group.bytes;
  json["missing_count"] = group.missing_count;
  json["files"] = paths_json(report.set, group.files);
  return json;
}

Json found_json(const ChainReport& report, const ChainFinding& found) {
  Json json = finding_json(found.finding);
  json["needed_by"] = names_json(report.set, found.needed_by);
  json["unrestorable"] = names_json(report.set, found.unrestorable);
  return json;
}

Json deletion_json(const ChainReport& report) {
  const Deletion& deletion = *report.deletion;
  Json json;
  json["deleted"] = names_json(report.set, deletion.deleted);
  json["freed_bytes"] = deletion.freed_bytes;
  json["orphan_count"] = deletion.orphan_count;
  json["orphan_bytes"] = deletion.orphan_bytes;
  json["breaks"] = Json::array();
  for (const Deletion::Broken& broken : deletion.broken) {
    Json item;
    item["snapshot"] = report.set.members[broken.member].name;
    item["files"] = paths_json(report.set, broken.files);
    json["breaks"].push_back(std::move(item));
  }
  json["cannot_tell"] = Json::array();
  for (const Deletion::Unknown& unknown : deletion.unknown) {
    Json item;
    item["snapshot"] = report.set.members[unknown.member].name;
    item["uri"] = unknown.uri;
    json["cannot_tell"].push_back(std::move(item));
  }
  return json;
}

std::string render_json(const ChainReport& report) {
  Json document = json_document();
  document["root"] = report.set.root;
  document["read_data_percent"] = report.data_percent;
  document["error_count"] = report.findings.error_count;
  document["warning_count"] = report.findings.warning_count;
  document["snapshots"] = Json::array();
  for (std::size_t i = 0; i < report.set.members.size(); ++i) {
    document["snapshots"].push_back(member_json(report, i));
  }
  document["files"] = Json::array();
  for (const ChainGroup& group : report.groups) {
    document["files"].push_back(group_json(report, group));
  }
  document["findings"] = Json::array();
  for (const ChainFinding& found : report.findings.findings) {
    document["findings"].push_back(found_json(report, found));
  }
  if (report.deletion) document["without"] = deletion_json(report);
  document["problems"] = Json::array();
  for (const ScanProblem& problem : report.set.problems) {
    document["problems"].push_back(problem.text);
  }
  return pretty_text(document);
}

// What a line is stands first in it.
Json record(std::string_view what, const Json& content) {
  Json json;
  json["record"] = what;
  json.update(content);
  return json;
}

std::string render_jsonl(const ChainReport& report) {
  std::vector<Json> records;
  for (std::size_t i = 0; i < report.set.members.size(); ++i) {
    records.push_back(record("snapshot", member_json(report, i)));
  }
  for (const ChainGroup& group : report.groups) {
    records.push_back(record("files", group_json(report, group)));
  }
  for (const ChainFinding& found : report.findings.findings) {
    records.push_back(record("finding", found_json(report, found)));
  }
  if (report.deletion) records.push_back(record("without", deletion_json(report)));
  return records_jsonl(records);
}

std::string render_csv(const ChainReport& report) {
  std::vector<Json> records;
  for (std::size_t i = 0; i < report.set.members.size(); ++i) {
    records.push_back(member_json(report, i));
  }
  return records_csv(
      {"state", "snapshot", "checkpoint_id", "kind", "layout", "first_error", "job", "file_count",
       "exclusive_bytes", "shared_bytes", "base", "base_file_count", "base_bytes", "metadata"},
      records);
}

}  // namespace

const Finding* unseen_file(const SetMember& member) {
  for (const Finding& finding : member.findings.findings()) {
    if (finding.code == FindingCode::kFileNotReached) return &finding;
  }
  return nullptr;
}

std::string state_word(const SnapshotSet& set, const ChainFindings& findings, std::size_t member) {
  if (set.members[member].state == MemberState::kVanished) return "vanished";
  if (set.members[member].state == MemberState::kUnreadable) return "unreadable";
  if (findings.first_error[member]) return "damaged";
  return unseen_file(set.members[member]) != nullptr ? "not seen" : "ok";
}

std::vector<Table::Heading> member_headings() {
  return {{"STATE"},
          {"SNAPSHOT"},
          {"ID", Align::kRight},
          {"KIND"},
          {"LAYOUT"},
          {"ALONE", Align::kRight},
          {"SHARED", Align::kRight}};
}

std::vector<std::string> member_cells(const SnapshotSet& set, const ChainFindings& findings,
                                      std::size_t member, const std::string& name) {
  const SetMember& of = set.members[member];
  return {state_word(set, findings, member),
          name,
          of.checkpoint_id < 0 ? "" : fmt::format("{}", of.checkpoint_id),
          of.kind,
          of.layout,
          human_bytes(of.exclusive_bytes),
          human_bytes(of.shared_bytes)};
}

std::string render_chain(const ChainReport& report, DocumentFormat format) {
  switch (format) {
    case DocumentFormat::kText:
      return render_text(report);
    case DocumentFormat::kJson:
      return render_json(report);
    case DocumentFormat::kJsonl:
      return render_jsonl(report);
    case DocumentFormat::kCsv:
      break;
  }
  return render_csv(report);
}

}  // namespace savvy
