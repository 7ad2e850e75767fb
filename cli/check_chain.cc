#include "cli/check_chain.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/chain_findings.h"
#include "cli/chain_graph.h"
#include "cli/chain_relations.h"
#include "cli/chain_report.h"
#include "cli/need_index.h"
#include "cli/output.h"
#include "cli/source_guard.h"
#include "format/errors.h"
#include "readers/local_storage.h"
#include "readers/real_paths.h"

namespace savvy {
namespace {

// The member that a word means: its path, its name below the root, or the last part of that.
std::size_t find_member(const SnapshotSet& set, std::string word) {
  while (word.size() > 1 && word.ends_with('/')) word.pop_back();
  const std::string real = RealPaths().of(word);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    const SetMember& member = set.members[i];
    if (word == member.name || real == member.real_directory) return i;
    if (word == last_part(member.name)) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    throw UnsupportedError(
        fmt::format("--without {}: there is no such snapshot below {}", word, set.root));
  }
  throw UnsupportedError(fmt::format("--without {}: {} and {} are called so; give one by its path",
                                     word, set.members[found[0]].name, set.members[found[1]].name));
}

std::vector<std::size_t> find_members(const SnapshotSet& set,
                                      const std::vector<std::string>& words) {
  std::vector<std::size_t> found;
  found.reserve(words.size());
  for (const std::string& word : words) found.push_back(find_member(set, word));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// The picture replaces what has its name.
void require_no_file_of(const SnapshotSet& set, const std::string& path) {
  for (const SetMember& member : set.members) require_outside(member.directory, path);
  std::error_code ignored;  // what is not there is no file of a snapshot
  if (!std::filesystem::exists(path, ignored)) return;
  for (const SetFile& file : set.files) {
    if (!file.local || !std::filesystem::equivalent(file.path, path, ignored)) continue;
    throw UsageError(fmt::format("{}: is a file of a snapshot, which is never changed", path));
  }
}

}  // namespace

void add_chain_options(CLI::App& command, ChainOptions& options) {
  command
      .add_option(
          "--chain", options.root,
          "Check all snapshots below this folder, of one job or several, and the files they "
          "share, e.g. --chain /checkpoints/7d1c...")
      ->type_name("ROOT")
      ->group("Chains");
  command
      .add_option("--without", options.without,
                  "Say what would break if this snapshot's folder were deleted; repeatable, for "
                  "several at once, e.g. --without chk-41")
      ->type_name("CHK-N")
      ->allow_extra_args(false)
      ->group("Chains");
  command
      .add_option("--graph", options.graph_file,
                  "Write a picture of who needs what, for `dot -Tsvg`, e.g. --graph chain.dot")
      ->type_name("FILE")
      ->group("Chains");
}

int run_check_chain(const ChainOptions& options, const PathMap& paths, DocumentFormat format,
                    const CheckDepth& depth, Warnings warnings) {
  ChainReport report;
  report.set = read_snapshot_set(options.root, paths, LocalStorage(), depth);
  if (report.set.members.empty()) {
    const std::string text = report.set.problems.empty() ? "" : report.set.problems.front().text;
    throw IoError(IoDirection::kReading,
                  fmt::format("{}: there is no snapshot below it{}", options.root,
                              text.empty() ? "" : "; " + text));
  }
  if (!options.graph_file.empty()) require_no_file_of(report.set, options.graph_file);
  report.findings = find_in_chain(report.set);
  report.bases = find_bases(report.set);
  report.groups = group_files(report.set);
  report.data_percent = depth.data_percent.value_or(0);
  if (!options.without.empty()) {
    report.deletion = delete_members(report.set, find_members(report.set, options.without));
  }
  Output("").write(render_chain(report, format));
  if (!options.graph_file.empty()) {
    Output graph(options.graph_file);
    graph.write(chain_graph(report));
    graph.finish();
  }
  if (!report.set.problems.empty()) {
    throw IoError(IoDirection::kReading, report.set.problems.front().text +
                                             "; there may be snapshots that were not checked");
  }
  const bool breaks =
      report.deletion && !(report.deletion->broken.empty() && report.deletion->unknown.empty());
  const bool fails = report.findings.error_count > 0 ||
                     (warnings == Warnings::kFail && report.findings.warning_count > 0);
  return breaks || fails ? 1 : 0;
}

}  // namespace savvy
