#include "cli/orphan_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "cli/need_index.h"
#include "format/errors.h"
#include "format/metadata.h"
#include "readers/moved_files.h"

namespace savvy {
namespace {

constexpr std::int64_t kNanosecondsAMillisecond = 1'000'000;

[[noreturn]] void refuse(const std::string& why) {
  throw IoError(IoDirection::kReading, why + "; nothing is listed");
}

[[noreturn]] void refuse_changed(const std::string& path, std::string_view what) {
  refuse(fmt::format("{}: {} while files were compared; try again", path, what));
}

bool starts_with_number(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

// "chk-17".
bool is_checkpoint_folder(std::string_view name) {
  constexpr std::string_view kPrefix = "chk-";
  return name.starts_with(kPrefix) && starts_with_number(name.substr(kPrefix.size()));
}

// "op_…_attempt_0": ForSt keeps a database in there that its snapshots share.
bool is_forst_folder(std::string_view name) {
  constexpr std::string_view kAttempt = "_attempt_";
  const std::size_t attempt = name.rfind(kAttempt);
  return name.starts_with("op_") && attempt != std::string_view::npos &&
         starts_with_number(name.substr(attempt + kAttempt.size()));
}

// Half written: Flink's "._metadata.inprogress.UUID", the "_metadata.part" of savvy.
bool is_unfinished_metadata(std::string_view name) {
  return name.find(kMetadataFileName) != std::string_view::npos && name != kMetadataFileName &&
         (name.find(".inprogress") != std::string_view::npos || name.ends_with(".part"));
}

// What a JobManager recovers from, if its storage lies below the same folder.
bool is_recovery_file(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"completedCheckpoint", "submittedJobGraph",
                                            "submittedExecutionPlan", "executionPlan"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_recovery_folder(std::string_view name) {
  return name == "blob" || name == "job-result-store";
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Whether one of the folders that a file lies in has such a name.
template <typename Test>
bool any_folder(const std::string& path, Test test) {
  std::size_t start = 0;
  while (start < path.size()) {
    while (start < path.size() && path[start] == '/') ++start;
    const std::size_t end = path.find('/', start);
    if (end == std::string::npos) return false;
    if (test(std::string_view(path).substr(start, end - start))) return true;
    start = end;
  }
  return false;
}

// All that was seen at one time: ROOT first, then the others.
class Sight {
 public:
  Sight(const OrphanRequest& request, FolderScanner& scanner, const Storage& storage)
      : storage_(storage) {
    scans_.push_back(scanner.scan(request.root));
    for (const std::string& root : request.also) scans_.push_back(scanner.scan(root));
    for (const FolderScan& scan : scans_) {
      for (const ScanProblem& problem : scan.problems) {
        if (problem.trouble == ScanTrouble::kVanished) {
          refuse_changed(problem.path, "it vanished");
        }
        refuse(problem.text + ": there may be a snapshot in it");
      }
    }
  }

  const FolderScan& root() const { return scans_.front(); }
  const std::vector<FolderScan>& scans() const { return scans_; }

  // Files called _metadata.
  std::vector<ScannedFile> metadata() const {
    std::map<std::string, ScannedFile> all;  // folders may be given twice
    for (const FolderScan& scan : scans_) {
      for (const ScannedFile& file : scan.metadata) all.emplace(file.path, file);
    }
    std::vector<ScannedFile> files;
    for (const auto& [path, file] : all) files.push_back(file);
    return files;
  }

  // Those of another name that begin as metadata do. Flink restores from a file of any name.
  std::vector<ScannedFile> renamed_metadata(NeedIndex& needs) const {
    std::vector<ScannedFile> found;
    for (const FolderScan& scan : scans_) {
      for (const auto* files : {&scan.files, &scan.linked}) {
        for (const ScannedFile& file : *files) {
          if (!needs.needs(file) && begins_as_metadata(file)) found.push_back(file);
        }
      }
    }
    return found;
  }

 private:
  bool begins_as_metadata(const ScannedFile& file) const {
    std::array<std::uint8_t, sizeof(kMetadataMagic)> head{};
    if (file.size_bytes < head.size()) return false;
    const auto opened = storage_.open(file.path);
    if (opened->size() < head.size()) refuse_changed(file.path, "it became shorter");
    opened->read_at(0, head);
    ByteReader in(head, file.path);
    return in.i32("magic") == kMetadataMagic;
  }

  const Storage& storage_;
  std::vector<FolderScan> scans_;
};

class Search {
 public:
  Search(const OrphanRequest& request, FolderScanner& scanner, const Storage& storage)
      : request_(request),
        scanner_(scanner),
        storage_(storage),
        needs_(request.paths),
        real_root_(RealPaths().of(request.root)),
        first_(request, scanner, storage) {}

  OrphanReport run() {
    read_snapshots();
    refuse_if_unreached();
    find_busy_folders();
    for (const ScannedFile& file : first_.root().files) judge(file);
    if (!first_.root().links.empty()) {
      report_.kept_back["a link"].file_count = first_.root().links.size();
    }
    const Sight second(request_, scanner_, storage_);
    refuse_if_changed(second);
    return std::move(report_);
  }

 private:
  void read_snapshots() {
    metadata_ = first_.metadata();
    for (const ScannedFile& file : metadata_) read_snapshot(file);
    for (const ScannedFile& file : first_.renamed_metadata(needs_)) {
      (is_unfinished_metadata(last_part(file.path)) ? unfinished_ : renamed_).push_back(file);
    }
    for (const ScannedFile& file : renamed_) read_snapshot(file);
    report_.snapshot_count = metadata_.size() + renamed_.size();
    if (report_.snapshot_count == 0) {
      refuse(
          fmt::format("{}: there is no snapshot below it that could need a file", request_.root));
    }
  }

  void read_snapshot(const ScannedFile& file) {
    const ScannedSnapshot opened = open_scanned(file.path, request_.paths, storage_);
    if (opened.snapshot) return needs_.add(*opened.snapshot);
    const ScanProblem& problem = opened.problems.front();
    if (problem.trouble == ScanTrouble::kVanished) refuse_changed(file.path, "it vanished");
    refuse(problem.text + "\n  what this snapshot needs is not known");
  }

  // A needed file that is not where the metadata says may be one of those below the root.
  void refuse_if_unreached() {
    for (const ScannedFile& file : first_.root().files) {
      const auto unreached = needs_.unreached_files().find(last_part(file.path));
      if (unreached != needs_.unreached_files().end()) {
        refuse_unreached(unreached->second, file.path);
      }
    }
    for (const ScannedFile& folder : first_.root().folders) {
      const auto unreached = needs_.unreached_folders().find(last_part(folder.path));
      if (unreached != needs_.unreached_folders().end()) {
        refuse_unreached(unreached->second, folder.path);
      }
    }
  }

  [[noreturn]] static void refuse_unreached(const UnreachedFile& unreached,
                                            const std::string& like) {
    std::string why = fmt::format("{}: needs {}, which is not found here and may be {}",
                                  unreached.snapshot, unreached.uri, like);
    const auto rule = suggest_map_rule(unreached.local_path, unreached.uri, folder_of(like));
    why += fmt::format("; say where it lies: --map {}",
                       rule.value_or(fmt::format("{}=DIR", folder_of(unreached.uri))));
    refuse(why);
  }

  // Folders in which a snapshot may be about to come into being: as young as the youngest in them.
  void find_busy_folders() {
    const FolderScan& scan = first_.root();
    std::unordered_set<std::string> complete;
    for (const ScannedFile& file : scan.metadata) complete.insert(folder_of(file.path));
    for (const ScannedFile& folder : scan.folders) {
      const std::string name = last_part(folder.path);
      const bool checkpoint = is_checkpoint_folder(name) && !complete.contains(folder.path);
      if (checkpoint || name.ends_with(".inprogress")) busy_.emplace(folder.path, touched(folder));
    }
    for (const auto* entries : {&scan.folders, &scan.files}) {
      for (const ScannedFile& entry : *entries) {
        for_busy_folders(entry.path, [&entry](std::int64_t& youngest) {
          youngest = std::max(youngest, touched(entry));
        });
      }
    }
    for (const ScannedFile& file : scan.files) {
      if (last_part(file.path) == "CURRENT") databases_.insert(folder_of(file.path));
    }
  }

  template <typename Use>
  void for_busy_folders(std::string path, Use use) {
    while (path.size() > request_.root.size() && path.rfind('/') != std::string::npos) {
      path = folder_of(path);
      const auto found = busy_.find(path);
      if (found != busy_.end()) use(found->second);
    }
  }

  static std::int64_t touched(const ScannedFile& file) {
    return std::max(file.modified_ns, file.changed_ns);
  }

  void judge(const ScannedFile& file) {
    if (needs_.needs(file)) {
      ++report_.needed_count;
      return;
    }
    std::int64_t youngest = touched(file);
    for_busy_folders(file.path, [&](std::int64_t other) { youngest = std::max(youngest, other); });
    const std::int64_t age_ms = request_.now_ms - youngest / kNanosecondsAMillisecond;
    const std::optional<std::string> reason = reason_to_keep(file, age_ms);
    if (!reason) {
      report_.orphans.push_back({file.path, file.size_bytes, age_ms});
      listed_.push_back(file);
      return;
    }
    KeptBack& kept = report_.kept_back[*reason];
    ++kept.file_count;
    kept.bytes += file.size_bytes;
  }

  std::optional<std::string> reason_to_keep(const ScannedFile& file, std::int64_t age_ms) {
    const auto is_this = [&file](const ScannedFile& other) { return other.path == file.path; };
    if (std::any_of(unfinished_.begin(), unfinished_.end(), is_this)) {
      return "metadata half written";
    }
    // The root may be such a folder, or lie in one.
    const std::string whole = real_root_ + file.path.substr(request_.root.size());
    const auto is_task_owned = [](std::string_view name) { return name == "taskowned"; };
    if (any_folder(whole, is_task_owned)) return "under taskowned";
    if (any_folder(whole, is_forst_folder)) return "in a working directory of ForSt";
    if (any_folder(whole, is_recovery_folder) || is_recovery_file(last_part(whole))) {
      return "of high availability";
    }
    if (in_database(file.path)) return "in the folder of a database";
    if (needs_.in_merge_folder(file.path)) return "in a folder of merged files";
    if (needs_.names(last_part(file.path))) return "called as a needed file that lies elsewhere";
    if (age_ms < request_.older_than_ms) return "too young (--older-than)";
    return std::nullopt;
  }

  bool in_database(std::string path) const {
    while (path.size() > request_.root.size() && path.rfind('/') != std::string::npos) {
      path = folder_of(path);
      if (databases_.contains(path)) return true;
    }
    return false;
  }

  void refuse_if_changed(const Sight& second) {
    compare(metadata_, second.metadata());
    compare(unfinished_, second.renamed_metadata(needs_));
    std::unordered_map<std::string, const ScannedFile*> now;
    for (const FolderScan& scan : second.scans()) {
      for (const auto* files : {&scan.files, &scan.linked}) {
        for (const ScannedFile& file : *files) now.emplace(file.path, &file);
      }
    }
    listed_.insert(listed_.end(), renamed_.begin(), renamed_.end());
    for (const ScannedFile& file : listed_) {
      const auto found = now.find(file.path);
      if (found == now.end()) refuse_changed(file.path, "it vanished");
      if (!(*found->second == file)) refuse_changed(file.path, "it changed");
    }
  }

  static void compare(const std::vector<ScannedFile>& before,
                      const std::vector<ScannedFile>& after) {
    constexpr std::string_view kWhat = "a snapshot appeared, vanished or changed";
    const auto [one, other] =
        std::mismatch(before.begin(), before.end(), after.begin(), after.end());
    if (one != before.end()) refuse_changed(one->path, kWhat);
    if (other != after.end()) refuse_changed(other->path, kWhat);
  }

  const OrphanRequest& request_;
  FolderScanner& scanner_;
  const Storage& storage_;
  NeedIndex needs_;
  std::string real_root_;
  Sight first_;
  std::vector<ScannedFile> metadata_;
  std::vector<ScannedFile> renamed_;
  std::vector<ScannedFile> unfinished_;
  std::map<std::string, std::int64_t> busy_;
  std::set<std::string> databases_;
  std::vector<ScannedFile> listed_;
  OrphanReport report_;
};

}  // namespace

OrphanReport find_orphans(const OrphanRequest& request, FolderScanner& scanner,
                          const Storage& storage) {
  OrphanRequest trimmed = request;
  while (trimmed.root.size() > 1 && trimmed.root.ends_with('/')) trimmed.root.pop_back();
  return Search(trimmed, scanner, storage).run();
}

}  // namespace savvy
