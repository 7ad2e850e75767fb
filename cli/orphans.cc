// savvy orphans: files that no snapshot below a folder needs. Deletes nothing.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/json_document.h"
#include "cli/orphan_search.h"
#include "cli/output.h"
#include "cli/printable.h"
#include "cli/record_output.h"
#include "cli/root_options.h"
#include "cli/say.h"
#include "cli/table.h"
#include "cli/time_text.h"
#include "format/errors.h"
#include "format/modified_utf8.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

struct OrphansOptions {
  RootOptions root;
  std::vector<std::string> also;
  std::string older_than = "1d";
  std::string format;
  bool null = false;
};

std::string age_text(std::int64_t age_ms) {
  constexpr std::int64_t kSecond = 1000;
  constexpr std::int64_t kMinute = 60 * kSecond;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (age_ms >= 2 * kDay) return fmt::format("{} d", age_ms / kDay);
  if (age_ms >= 2 * kHour) return fmt::format("{} h", age_ms / kHour);
  if (age_ms >= 2 * kMinute) return fmt::format("{} min", age_ms / kMinute);
  return fmt::format("{} s", age_ms / kSecond);
}

std::uint64_t total_bytes(const OrphanReport& report) {
  std::uint64_t bytes = 0;
  for (const Orphan& orphan : report.orphans) bytes += orphan.size_bytes;
  return bytes;
}

std::string kept_back_text(const OrphanReport& report, std::string_view prefix) {
  std::string text;
  for (const auto& [reason, kept] : report.kept_back) {
    text += fmt::format("{}not listed: {} files, {}: {}\n", prefix, kept.file_count,
                        human_bytes(kept.bytes), reason);
  }
  return text;
}

std::string render_text(const OrphanReport& report) {
  Table table({{"SIZE", Align::kRight}, {"AGE", Align::kRight}, {"FILE"}});
  for (const Orphan& orphan : report.orphans) {
    table.add({human_bytes(orphan.size_bytes), age_text(orphan.age_ms), orphan.path});
  }
  return (table.empty() ? "" : table.text("")) +
         fmt::format("{} files, {}, are needed by none of {} snapshots; {} files are needed\n",
                     report.orphans.size(), human_bytes(total_bytes(report)), report.snapshot_count,
                     report.needed_count) +
         kept_back_text(report, "");
}

std::vector<Json> orphan_records(const OrphanReport& report) {
  std::vector<Json> records;
  for (const Orphan& orphan : report.orphans) {
    Json json;
    json["path"] = orphan.path;
    json["bytes"] = orphan.size_bytes;
    json["age_ms"] = orphan.age_ms;
    records.push_back(std::move(json));
  }
  return records;
}

std::string render_json(const OrphanReport& report, const std::string& root) {
  Json document = json_document();
  document["root"] = root;
  document["snapshot_count"] = report.snapshot_count;
  document["needed_count"] = report.needed_count;
  document["orphan_count"] = report.orphans.size();
  document["orphan_bytes"] = total_bytes(report);
  document["orphans"] = Json::array();
  for (Json& record : orphan_records(report)) document["orphans"].push_back(std::move(record));
  document["kept_back"] = Json::array();
  for (const auto& [reason, kept] : report.kept_back) {
    Json json;
    json["reason"] = reason;
    json["file_count"] = kept.file_count;
    json["bytes"] = kept.bytes;
    document["kept_back"].push_back(std::move(json));
  }
  return pretty_text(document);
}

// What cuts a list of names at line breaks, as xargs does, cuts at blanks too and takes quotes and
// backslashes out: such a name would be taken for others.
bool is_one_word(const std::string& path) {
  constexpr std::string_view kSpecial = " \"'\\\x7F";
  return std::none_of(path.begin(), path.end(), [kSpecial](char c) {
    return static_cast<unsigned char>(c) < 0x20 || kSpecial.find(c) != std::string_view::npos;
  });
}

// A list must name files exactly, or whoever deletes by it deletes others.
void require_exact_names(const OrphanReport& report, const std::string& format) {
  for (const Orphan& orphan : report.orphans) {
    if (format == "paths" ? is_one_word(orphan.path) : is_utf8(orphan.path)) continue;
    throw UnsupportedError(
        fmt::format("{}: this name cannot be told from others in a list like this; with --null "
                    "names end with a zero byte, as xargs -0 reads them",
                    printable(orphan.path)));
  }
}

std::string render_paths(const OrphanReport& report, char end) {
  std::string text;
  for (const Orphan& orphan : report.orphans) text += orphan.path + end;
  return text;
}

std::string format_of(const OrphansOptions& options) {
  if (options.null) {
    if (!options.format.empty() && options.format != "paths") {
      throw UsageError("--null goes with --format paths only");
    }
    return "paths";
  }
  if (!options.format.empty()) return options.format;
  return isatty(STDOUT_FILENO) != 0 ? "text" : "json";
}

std::string render(const OrphanReport& report, const OrphansOptions& options) {
  const std::string format = format_of(options);
  if (format == "text") return render_text(report);
  if (options.null) return render_paths(report, '\0');
  require_exact_names(report, format);
  if (format == "paths") return render_paths(report, '\n');
  if (format == "jsonl") return records_jsonl(orphan_records(report));
  if (format == "csv") return records_csv({"path", "bytes", "age_ms"}, orphan_records(report));
  return render_json(report, options.root.root);
}

OrphanRequest request_of(const OrphansOptions& options) {
  const std::optional<std::int64_t> older_than = parse_duration_ms(options.older_than);
  if (!older_than || *older_than < 0) {
    throw UsageError(fmt::format("--older-than {}: expected a duration, for example 7d, 12h or 90m",
                                 options.older_than));
  }
  OrphanRequest request;
  request.root = options.root.root;
  request.also = options.also;
  request.paths = options.root.path_map();
  request.older_than_ms = *older_than;
  request.now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  return request;
}

int run_orphans(const OrphansOptions& options) {
  const std::string format = format_of(options);
  FolderScanner scanner;
  const LocalStorage storage;
  const OrphanReport report = find_orphans(request_of(options), scanner, storage);
  Output("").write(render(report, options));
  // A bare list has no place for what is not in it.
  if (format != "text" && format != "json") {
    say("{}", kept_back_text(report, "note: "));
  }
  return 0;
}

void add_orphans_options(CLI::App& command, OrphansOptions& options) {
  command
      .add_option("--also", options.also,
                  "Folder whose snapshots may need files below ROOT too; repeatable. Name every "
                  "place: savepoints, and jobs that were started from a checkpoint below ROOT")
      ->type_name("ROOT2")
      ->allow_extra_args(false);
  command
      .add_option("--older-than", options.older_than,
                  "Only files that were not touched for so long, 1d without it; a running job has "
                  "files that no snapshot names yet: more than its longest checkpoint or savepoint "
                  "and its longest run of failed ones take, e.g. --older-than 7d")
      ->type_name("DURATION");
  command
      .add_option("--format", options.format,
                  "text, json, jsonl, csv, or paths: one a line; without it text on a terminal "
                  "and json in a pipe")
      ->check(CLI::IsMember({"text", "json", "jsonl", "csv", "paths"}))
      ->type_name("FORMAT");
  command.add_flag("-0,--null", options.null,
                   "Paths that end with a zero byte, for xargs -0 rm: whatever names hold, none is "
                   "taken for another");
}

}  // namespace

Command add_orphans_command(CLI::App& program) {
  auto options = std::make_shared<OrphansOptions>();
  CLI::App* command =
      program.add_subcommand("orphans", "List files that no snapshot below a folder needs");
  command->footer("Example: savvy orphans /checkpoints --also /savepoints --older-than 7d");
  add_root_options(*command, options->root);
  add_orphans_options(*command, *options);
  return {command, [options] { return run_orphans(*options); }};
}

}  // namespace savvy
