#include "cli/relocate_report.h"

#include <fmt/format.h>

#include "cli/printable.h"
#include "cli/rendering.h"
#include "cli/rewrite_report.h"
#include "cli/table.h"

namespace savvy {
namespace {

std::uint64_t copied_bytes(const RelocateReport& report) {
  std::uint64_t bytes = 0;
  for (const CopiedFile& copy : report.copies) bytes += copy.bytes;
  return bytes;
}

std::string source_text(const CopiedFile& copy) {
  return copy.segment_start ? fmt::format("{} @{}", copy.source, *copy.segment_start) : copy.source;
}

std::string copies_text(const RelocateReport& report) {
  Table table({{"FILE"}, {"BYTES", Align::kRight}, {"COPY OF"}});
  for (const CopiedFile& copy : report.copies) {
    table.add({copy.name, fmt::format("{}", copy.bytes), source_text(copy)});
  }
  return table.empty() ? "" : table.text("  ");
}

// URIs are long: a table of two would fit no terminal.
std::string uris_text(const RelocateReport& report) {
  std::string text;
  for (const auto& [from, uri] : report.uris.rewritten) {
    const std::string uses = uri.uses == 1 ? "" : fmt::format("  ({} uses)", uri.uses);
    text += fmt::format("  {}{}\n    -> {}\n", printable(from), uses, printable(uri.to));
  }
  return text;
}

std::string version_text(const RelocateReport& report) {
  const std::int32_t before = report.source.metadata().version;
  if (before == report.metadata_version) return "";
  return fmt::format("metadata version {} -> {}\n", before, report.metadata_version);
}

std::string end_text(const RelocateReport& report) {
  if (report.form == RelocateForm::kSelfContained) {
    return report.result ? outcome_text(*report.result, report.options.destination, std::nullopt)
                         : fmt::format("{} in {} files to copy\n",
                                       human_bytes(copied_bytes(report)), report.copies.size());
  }
  std::string text = fmt::format("{} URIs replaced, {} kept\n", report.uris.rewritten.size(),
                                 report.uris.kept.size());
  if (report.result) text += restore_command(report.options.destination, std::nullopt) + '\n';
  return text;
}

std::string report_text(const RelocateReport& report) {
  const bool copies = report.form == RelocateForm::kSelfContained;
  std::string text =
      fmt::format("{} {} -> {}\n", report.result ? "relocated" : "would relocate",
                  printable(report.source.metadata_path()), printable(report.options.destination));
  text += version_text(report);
  text += copies ? copies_text(report) : uris_text(report);
  text += notes_text(report.notes);
  return text + end_text(report);
}

std::vector<Json> copy_records(const RelocateReport& report) {
  std::vector<Json> records;
  for (const CopiedFile& copy : report.copies) {
    Json json;
    json["file"] = copy.name;
    json["bytes"] = copy.bytes;
    json["source"] = copy.source;
    if (copy.segment_start) json["segment_start"] = *copy.segment_start;
    records.push_back(std::move(json));
  }
  return records;
}

std::vector<Json> uri_records(const RelocateReport& report) {
  std::vector<Json> records;
  for (const auto& [from, uri] : report.uris.rewritten) {
    Json json;
    json["old_uri"] = from;
    json["new_uri"] = uri.to;
    json["uses"] = uri.uses;
    records.push_back(std::move(json));
  }
  return records;
}

std::vector<Json> records(const RelocateReport& report) {
  return report.form == RelocateForm::kSelfContained ? copy_records(report) : uri_records(report);
}

void add_form(Json& document, const RelocateReport& report) {
  if (report.form == RelocateForm::kSelfContained) {
    document["form"] = "self_contained";
    document["copied_bytes"] = copied_bytes(report);
    document["copies"] = copy_records(report);
    return;
  }
  document["form"] = "rewrite_prefix";
  document["kept_uris"] = report.uris.kept.size();
  document["relative_handles"] = report.uris.relative_handles;
  if (report.missing_files) document["missing_files"] = *report.missing_files;
  document["uris"] = uri_records(report);
}

Json report_json(const RelocateReport& report) {
  Json document = json_document();
  document["command"] = "relocate";
  document["dry_run"] = !report.result.has_value();
  document["source"] = report.source.metadata_path();
  document["destination"] = report.options.destination;
  document["metadata_version"] = report.metadata_version;
  add_form(document, report);
  document["warnings"] = report.warnings;
  document["notes"] = report.notes;
  if (report.result) {
    add_outcome(document, *report.result, report.options.destination, std::nullopt);
  }
  return document;
}

}  // namespace

std::string render(const RelocateReport& report, DocumentFormat format) {
  const bool copies = report.form == RelocateForm::kSelfContained;
  Rendering parts;
  parts.text = [&] { return report_text(report); };
  parts.document = [&] { return report_json(report); };
  parts.records = [&] { return records(report); };
  if (copies) {
    parts.columns = {"file", "bytes", "source", "segment_start"};
  } else {
    parts.columns = {"old_uri", "new_uri", "uses"};
  }
  return render(parts, format);
}

}  // namespace savvy
