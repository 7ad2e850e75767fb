// savvy ls: the snapshots below a folder, newest first.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <memory>
#include <thread>

#include "cli/chain_findings.h"
#include "cli/chain_report.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/json_document.h"
#include "cli/output.h"
#include "cli/printable.h"
#include "cli/read_data_option.h"
#include "cli/rendering.h"
#include "cli/root_options.h"
#include "cli/say.h"
#include "cli/snapshot_check.h"
#include "cli/snapshot_set.h"
#include "cli/table.h"
#include "cli/work_options.h"
#include "format/errors.h"
#include "format/iso_time.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

constexpr std::int64_t kNanosecondsAMillisecond = 1'000'000;

struct LsOptions {
  RootOptions root;
  ReadDataOption read_data;
  FormatOption format;
  bool latest_good = false;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
};

struct Listing {
  SnapshotSet set;
  ChainFindings findings;
  std::vector<std::size_t> order;
};

// Why a snapshot is not ok: the first line of what was found first.
std::string reason_text(const Listing& listing, std::size_t member) {
  const std::optional<std::size_t>& error = listing.findings.first_error[member];
  const Finding* finding =
      error ? &listing.findings.findings[*error].finding : unseen_file(listing.set.members[member]);
  if (listing.set.members[member].state == MemberState::kVanished) return "deleted meanwhile";
  if (finding == nullptr) return "";
  return fmt::format("{} {}: {}", code_word(finding->code), text_of(finding->code).title,
                     finding->found.substr(0, finding->found.find('\n')));
}

std::string time_of(const SetMember& member) {
  return iso_date_time_of_millis(member.modified_ns / kNanosecondsAMillisecond, Zone::kUtc);
}

std::string render_text(const Listing& listing) {
  std::vector<Table::Heading> headings = member_headings();
  headings.insert(headings.end(), {{"TIME"}, {"REASON"}});
  Table table(std::move(headings));
  for (const std::size_t index : listing.order) {
    const SetMember& member = listing.set.members[index];
    std::vector<std::string> cells =
        member_cells(listing.set, listing.findings, index, member.directory);
    cells.insert(cells.end(), {time_of(member), reason_text(listing, index)});
    table.add(std::move(cells));
  }
  return table.empty() ? "no snapshot\n" : table.text("");
}

std::vector<Json> snapshot_records(const Listing& listing) {
  std::vector<Json> records;
  for (const std::size_t index : listing.order) {
    const SetMember& member = listing.set.members[index];
    Json json;
    json["path"] = member.directory;
    json["metadata"] = member.metadata_path;
    json["state"] = state_word(listing.set, listing.findings, index);
    const std::string reason = reason_text(listing, index);
    if (!reason.empty()) json["reason"] = reason;
    if (member.checkpoint_id >= 0) json["checkpoint_id"] = member.checkpoint_id;
    if (!member.kind.empty()) json["kind"] = member.kind;
    if (!member.layout.empty()) json["layout"] = member.layout;
    json["exclusive_bytes"] = member.exclusive_bytes;
    json["shared_bytes"] = member.shared_bytes;
    json["time"] = time_of(member);
    records.push_back(std::move(json));
  }
  return records;
}

Json listing_json(const Listing& listing) {
  Json document = json_document();
  document["root"] = listing.set.root;
  document["snapshots"] = snapshot_records(listing);
  return document;
}

std::string render(const Listing& listing, DocumentFormat format) {
  return render({.text = [&] { return render_text(listing); },
                 .document = [&] { return listing_json(listing); },
                 .records = [&] { return snapshot_records(listing); },
                 .columns = {"state", "path", "checkpoint_id", "kind", "layout", "exclusive_bytes",
                             "shared_bytes", "time", "reason", "metadata"}},
                format);
}

void note_doubts_of_order(const SnapshotSet& set) {
  for (const OrderDoubt& doubt : doubts_of_order(set)) {
    const SetMember& by_id = set.members[doubt.newest_by_id];
    const SetMember& by_time = set.members[doubt.newest_by_time];
    say("note: {} has the highest id ({}), but {} was written later: {}, not {}; if the job began "
        "anew in this folder, the order by id is wrong\n",
        printable(by_id.directory), by_id.checkpoint_id, printable(by_time.directory),
        time_of(by_time), time_of(by_id));
  }
}

// Why a snapshot was passed over that nothing is known against.
void note_unseen(const SetMember& member) {
  const Finding& unseen = *unseen_file(member);
  say("note: {} was passed over: {}: {}; wanted: {}\n", printable(member.directory),
      printable(unseen.place.file), printable(unseen.found), printable(unseen.expected));
}

// The newest first: data is read of no snapshot behind the one that is printed.
int print_latest_good(const Listing& listing, const PathMap& paths, const CheckDepth& depth) {
  bool noted = false;
  for (const std::size_t index : listing.order) {
    const std::string state = state_word(listing.set, listing.findings, index);
    if (state == "not seen" && !noted) {
      note_unseen(listing.set.members[index]);
      noted = true;  // the others are mostly so for the same reason
    }
    if (state != "ok") continue;
    const std::string& directory = listing.set.members[index].directory;
    if (directory.ends_with(".inprogress")) {
      say("note: {} was passed over: the run that wrote it ended before it got its name\n",
          printable(directory));
      continue;
    }
    if (depth.data_percent) {
      const SnapshotCheck check = check_snapshot(directory, paths, LocalStorage(), depth);
      if (check.findings.error_count() > 0) continue;
    }
    if (!LocalStorage().file_size(listing.set.members[index].metadata_path)) continue;
    Output("").write(directory + '\n');
    return 0;
  }
  return 1;
}

int run_ls(const LsOptions& options) {
  CheckDepth data_depth;
  data_depth.data_percent = options.read_data.percent();
  data_depth.jobs = options.jobs;
  const PathMap paths = options.root.path_map();
  Listing listing;
  listing.set = read_snapshot_set(options.root.root, paths, LocalStorage(),
                                  options.latest_good ? CheckDepth() : data_depth);
  listing.findings = find_in_chain(listing.set);
  listing.order = newest_first(listing.set);
  note_doubts_of_order(listing.set);
  int exit_code = 0;
  if (options.latest_good) {
    data_depth.after_error = AfterError::kStop;
    exit_code = print_latest_good(listing, paths, data_depth);
  } else {
    Output("").write(render(listing, options.format.format()));
  }
  if (!listing.set.problems.empty()) {
    throw IoError(IoDirection::kReading, listing.set.problems.front().text +
                                             "; there may be snapshots that are not listed");
  }
  return exit_code;
}

}  // namespace

Command add_ls_command(CLI::App& program) {
  auto options = std::make_shared<LsOptions>();
  CLI::App* command =
      program.add_subcommand("ls", "List the snapshots below a folder, newest first");
  command->footer("Example: savvy ls /checkpoints --latest-good");
  add_root_options(*command, options->root);
  command->add_flag("--latest-good", options->latest_good,
                    "Print nothing but the newest snapshot that passes the check; exit code 1 if "
                    "there is none, e.g. flink run -s $(savvy ls /checkpoints --latest-good)");
  add_read_data_option(*command, options->read_data);
  add_jobs_option(*command, options->jobs, "the result is the same for any number");
  add_format_option(*command, options->format);
  return {command, [options] { return run_ls(*options); }};
}

}  // namespace savvy
