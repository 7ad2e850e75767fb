#include "cli/orphan_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "cli/busy_folders.h"
#include "cli/need_index.h"
#include "cli/orphan_places.h"
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

// Half written: Flink's "._metadata.inprogress.UUID", the "_metadata.part" of savvy.
bool is_unfinished_metadata(std::string_view name) {
  return name.find(kMetadataFileName) != std::string_view::npos && name != kMetadataFileName &&
         (name.find(".inprogress") != std::string_view::npos || name.ends_with(".part"));
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
        const bool nowhere = problem.trouble == ScanTrouble::kLeadsNowhere;
        refuse(fmt::format("{}: there may be a snapshot {} it", problem.text,
                           nowhere ? "behind" : "in"));
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
    files.reserve(all.size());
    for (const auto& [path, file] : all) files.push_back(file);
    return files;
  }

  // Those of another name that begin as metadata do. Flink restores from a file of any name.
  std::vector<ScannedFile> renamed_metadata(NeedIndex& needs) const {
    std::vector<ScannedFile> found;
    std::set<std::string> seen;  // folders may be given twice
    for (const FolderScan& scan : scans_) {
      for (const auto* files : {&scan.files, &scan.linked}) {
        for (const ScannedFile& file : *files) {
          if (!seen.insert(file.path).second) continue;
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
        first_(request, scanner, storage),
        places_(request.root, first_.root()),
        busy_(request.root, first_.root()) {}

  OrphanReport run() {
    read_snapshots();
    refuse_if_unreached();
    busy_.hold_shared_files((request_.now_ms - request_.older_than_ms) * kNanosecondsAMillisecond,
                            unfinished_);
    for (const ScannedFile& file : first_.root().files) {
      if (needs_.needs(file)) places_.add_snapshot_file(file.path);
    }
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
      // It may be whole, and about to get its name.
      const bool broken = is_unfinished_metadata(last_part(file.path)) && !is_whole(file);
      (broken ? unfinished_ : renamed_).push_back(file);
    }
    for (const ScannedFile& file : renamed_) read_snapshot(file);
    for (const ScannedFile& file : unfinished_) unfinished_paths_.insert(file.path);
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

  bool is_whole(const ScannedFile& file) const {
    const ScannedSnapshot opened = open_scanned(file.path, request_.paths, storage_);
    if (opened.snapshot) return true;
    if (opened.problems.front().trouble == ScanTrouble::kVanished) {
      refuse_changed(file.path, "it vanished");
    }
    return false;
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

  void judge(const ScannedFile& file) {
    if (needs_.needs(file)) {
      ++report_.needed_count;
      return;
    }
    const std::int64_t age_ms =
        request_.now_ms - busy_.youngest_ns(file) / kNanosecondsAMillisecond;
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
    if (unfinished_paths_.contains(file.path)) return "metadata half written";
    if (needs_.in_merge_folder(file.path)) return "in a folder of merged files";
    if (needs_.names(last_part(file.path))) return "called as a needed file that lies elsewhere";
    if (std::optional<std::string> reason = places_.reason_to_keep(file.path)) return reason;
    if (age_ms < request_.older_than_ms) return "too young (--older-than)";
    if (busy_.may_need(file)) return "shared, and a checkpoint in the making may need it";
    return std::nullopt;
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
  Sight first_;
  OrphanPlaces places_;
  BusyFolders busy_;
  std::vector<ScannedFile> metadata_;
  std::vector<ScannedFile> renamed_;
  std::vector<ScannedFile> unfinished_;
  std::set<std::string> unfinished_paths_;
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
