#include "cli/orphan_places.h"

#include <algorithm>
#include <utility>

#include "cli/need_index.h"
#include "readers/real_paths.h"

namespace savvy {
namespace {

constexpr std::string_view kTaskOwned = "taskowned";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool starts_with_number(std::string_view text) { return !text.empty() && is_digit(text.front()); }

bool is_number(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

// As Flink writes it, 32 hexadecimal digits.
bool is_job_id(std::string_view name) {
  constexpr std::size_t kDigits = 32;
  return name.size() == kDigits && std::all_of(name.begin(), name.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

// "op_…_attempt_0": ForSt keeps a database in there that its snapshots share.
bool is_forst_folder(std::string_view name) {
  constexpr std::string_view kAttempt = "_attempt_";
  const std::size_t attempt = name.rfind(kAttempt);
  return name.starts_with("op_") && attempt != std::string_view::npos &&
         starts_with_number(name.substr(attempt + kAttempt.size()));
}

// Task managers own what lies in them, and delete it themselves.
bool is_change_log_folder(std::string_view name) { return name == "dstl"; }

bool is_merge_folder(std::string_view name) {
  return name.starts_with("job_") && (name.find("_op_") != std::string_view::npos ||
                                      name.find("_tm_") != std::string_view::npos);
}

// What a JobManager recovers from, if its storage lies below the same folder.
bool is_recovery_file(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"completedCheckpoint", "submittedJobGraph",
                                            "submittedExecutionPlan", "executionPlan"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_recovery_folder(std::string_view name) {
  return name == "blob" || name == "job-result-store" || name == "application-result-store";
}

// Whether one of the folders that a file lies in has such a name.
template <typename Test>
bool any_folder(std::string_view path, Test test) {
  std::size_t start = 0;
  while (start < path.size()) {
    while (start < path.size() && path[start] == '/') ++start;
    const std::size_t end = path.find('/', start);
    if (end == std::string::npos) return false;
    if (test(path.substr(start, end - start))) return true;
    start = end;
  }
  return false;
}

}  // namespace

bool is_checkpoint_folder(std::string_view name) {
  constexpr std::string_view kPrefix = "chk-";
  return name.starts_with(kPrefix) && starts_with_number(name.substr(kPrefix.size()));
}

bool is_savepoint_folder(std::string_view name) { return name.starts_with("savepoint-"); }

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

OrphanPlaces::OrphanPlaces(std::string root, const FolderScan& scan)
    : root_(std::move(root)), real_root_(RealPaths().of(root_)) {
  for (const ScannedFile& folder : scan.folders) {
    const std::string name = last_part(folder.path);
    if (name == kTaskOwned || is_checkpoint_folder(name)) {
      job_folders_.insert(folder_of(folder.path));
    }
  }
  for (const ScannedFile& file : scan.files) {
    if (last_part(file.path) == "CURRENT") databases_.insert(folder_of(file.path));
  }
  for (const ScannedFile& file : scan.metadata) add_snapshot_file(file.path);
}

void OrphanPlaces::add_snapshot_file(const std::string& path) {
  snapshot_file_folders_.insert(folder_of(path));
}

std::optional<std::string> OrphanPlaces::reason_to_keep(const std::string& path) const {
  // The root may be such a folder, or lie in one.
  const std::string whole = real_root_ + path.substr(root_.size());
  const auto is_task_owned = [](std::string_view name) { return name == kTaskOwned; };
  if (any_folder(whole, is_task_owned)) return "under taskowned";
  if (any_folder(whole, is_forst_folder)) return "in a working directory of ForSt";
  if (any_folder(whole, is_change_log_folder)) return "in a folder of change logs";
  if (any_folder(whole, is_merge_folder)) return "in a folder of merged files";
  if (any_folder(whole, is_recovery_folder) || is_recovery_file(last_part(whole))) {
    return "of high availability";
  }
  if (in_database(path)) return "in the folder of a database";
  if (!in_snapshot_folder(path)) return "not in a folder that snapshots keep files in";
  return std::nullopt;
}

bool OrphanPlaces::in_database(std::string path) const {
  while (path.size() > root_.size() && path.rfind('/') != std::string::npos) {
    path = folder_of(path);
    if (databases_.contains(path)) return true;
  }
  return false;
}

bool OrphanPlaces::in_snapshot_folder(const std::string& path) const {
  std::string folder = folder_of(path);
  if (snapshot_file_folders_.contains(folder)) return true;
  // The names of the root and above say nothing: anything may be called "shared".
  while (folder.size() > root_.size()) {
    if (is_of_snapshots(folder)) return true;
    folder = folder_of(folder);
  }
  return false;
}

bool OrphanPlaces::is_of_snapshots(const std::string& folder) const {
  const std::string name = last_part(folder);
  if (is_savepoint_folder(name)) return true;
  if (is_checkpoint_folder(name)) return is_number(name.substr(name.find('-') + 1));
  if (name != "shared") return false;
  const std::string job = folder_of(folder);
  return job_folders_.contains(job) || is_job_id(last_part(job));
}

}  // namespace savvy
