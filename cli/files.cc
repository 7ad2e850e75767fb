// savvy files: every file and inline blob that a snapshot needs, and who needs it.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/json_document.h"
#include "cli/output.h"
#include "cli/rendering.h"
#include "cli/table.h"
#include "readers/file_check.h"
#include "readers/inventory.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

struct FilesOptions {
  SnapshotOptions snapshot;
  FormatOption format;
};

bool is_change_log(const FileEntry& file) {
  return std::any_of(file.uses.begin(), file.uses.end(),
                     [](const FileUse& use) { return use.role == "changelog"; });
}

std::string_view status_word(const FileEntry& file) {
  if (file.not_seen()) return "not_seen";
  if (file.missing()) return "missing";
  if (file.recorded_bytes.value_or(-1) < 0) return "ok";
  const auto recorded = static_cast<std::uint64_t>(*file.recorded_bytes);
  const bool fits =
      is_change_log(file) && !file.is_inline()
          ? may_be_change_log(LocalStorage(), *file.local_path, recorded, *file.found_bytes)
          : recorded == *file.found_bytes;
  return fits ? "ok" : "size";
}

std::string use_text(const FileUse& use) {
  std::string text = use.operator_label;
  if (use.subtask) text += fmt::format("/{}", *use.subtask);
  text += (text.empty() ? "" : " ") + use.slot;
  if (!use.local_name.empty()) text += " " + use.local_name;
  return text;
}

std::string uses_text(const FileEntry& file) {
  if (file.uses.empty()) return "";
  const std::string first = use_text(file.uses.front());
  return file.uses.size() == 1 ? first : fmt::format("{} and {} more", first, file.uses.size() - 1);
}

std::string files_text(const std::vector<FileEntry>& files) {
  Table table({{"STATUS"},
               {"KIND"},
               {"RECORDED", Align::kRight},
               {"FOUND", Align::kRight},
               {"FILE"},
               {"NEEDED BY"}});
  for (const FileEntry& file : files) {
    table.add({file.not_seen() ? "not seen" : std::string(status_word(file)), file.kind,
               file.recorded_bytes ? fmt::format("{}", *file.recorded_bytes) : "",
               file.found_bytes ? fmt::format("{}", *file.found_bytes) : "",
               file.segment_start ? fmt::format("{} @{}", file.uri, *file.segment_start) : file.uri,
               uses_text(file)});
  }
  const InventoryTotals totals = total(files);
  std::string text = table.text("");
  text += fmt::format("{}, {}; {}, {}; {} missing", counted(totals.inline_count, "inline piece"),
                      human_bytes(totals.inline_bytes), counted(totals.file_count, "file"),
                      human_bytes(totals.file_bytes), totals.missing_count);
  if (totals.not_seen_count > 0) {
    text +=
        fmt::format(", {} not seen: no --map tells where they live here", totals.not_seen_count);
  }
  return text + '\n';
}

Json use_json(const FileUse& use) {
  Json json;
  if (!use.operator_id.empty()) {
    json["operator"] = use.operator_label;
    json["operator_id"] = use.operator_id;
  }
  if (use.subtask) json["subtask"] = *use.subtask;
  json["slot"] = use.slot;
  if (!use.role.empty()) json["role"] = use.role;
  if (!use.local_name.empty()) json["local_name"] = use.local_name;
  return json;
}

Json file_json(const FileEntry& file) {
  Json json;
  json["kind"] = file.kind;
  json["uri"] = file.uri;
  if (file.local_path) json["local_path"] = *file.local_path;
  if (file.segment_start) json["segment_start"] = *file.segment_start;
  json["recorded_bytes"] = file.recorded_bytes ? Json(*file.recorded_bytes) : Json(nullptr);
  json["found_bytes"] = file.found_bytes ? Json(*file.found_bytes) : Json(nullptr);
  json["status"] = status_word(file);
  json["uses"] = Json::array();
  for (const FileUse& use : file.uses) json["uses"].push_back(use_json(use));
  return json;
}

std::vector<Json> file_records(const std::vector<FileEntry>& files) {
  std::vector<Json> records;
  records.reserve(files.size());
  for (const FileEntry& file : files) records.push_back(file_json(file));
  return records;
}

Json files_json(const std::vector<FileEntry>& files) {
  Json document = json_document();
  const InventoryTotals totals = total(files);
  document["inline_count"] = totals.inline_count;
  document["inline_bytes"] = totals.inline_bytes;
  document["file_count"] = totals.file_count;
  document["file_bytes"] = totals.file_bytes;
  document["missing_count"] = totals.missing_count;
  document["not_seen_count"] = totals.not_seen_count;
  document["files"] = file_records(files);
  return document;
}

std::string render(const std::vector<FileEntry>& files, DocumentFormat format) {
  return render({.text = [&] { return files_text(files); },
                 .document = [&] { return files_json(files); },
                 .records = [&] { return file_records(files); },
                 .columns = {"status", "kind", "recorded_bytes", "found_bytes", "segment_start",
                             "uri", "local_path", "uses"}},
                format);
}

int run_files(const FilesOptions& options) {
  const LocalStorage storage;
  const Snapshot snapshot(options.snapshot.path, options.snapshot.path_map(), storage);
  Output("").write(render(read_inventory(snapshot), options.format.format()));
  return 0;
}

}  // namespace

Command add_files_command(CLI::App& program) {
  auto options = std::make_shared<FilesOptions>();
  CLI::App* command =
      program.add_subcommand("files", "List every file and inline piece a snapshot needs");
  command->footer("Example: savvy files chk-42 --format csv");
  add_snapshot_options(*command, options->snapshot);
  add_format_option(*command, options->format);
  return {command, [options] { return run_files(*options); }};
}

}  // namespace savvy
