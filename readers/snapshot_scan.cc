#include "readers/snapshot_scan.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::int64_t kNanosecondsASecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * kNanosecondsASecond + time.tv_nsec;
}

ScannedFile scanned(const std::string& path, const struct stat& status) {
  return {path,
          static_cast<std::uint64_t>(status.st_size),
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim),
          status.st_dev,
          status.st_ino};
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

bool is_metadata(const std::string& name) { return name == kMetadataFileName; }

class Scanner {
 public:
  explicit Scanner(std::string root) { waiting_.emplace_back(std::move(root), Reached::kDirectly); }

  FolderScan scan() {
    // Folders behind links come last: whoever is reached both ways goes by its own name.
    while (!waiting_.empty() || !linked_.empty()) {
      std::deque<Waiting>& next = waiting_.empty() ? linked_ : waiting_;
      const Waiting folder = std::move(next.front());
      next.pop_front();
      read_folder(folder.first, folder.second);
    }
    const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
    std::sort(scan_.files.begin(), scan_.files.end(), by_path);
    std::sort(scan_.folders.begin(), scan_.folders.end(), by_path);
    std::sort(scan_.linked.begin(), scan_.linked.end(), by_path);
    std::sort(scan_.metadata.begin(), scan_.metadata.end(), by_path);
    std::sort(scan_.links.begin(), scan_.links.end());
    std::sort(scan_.problems.begin(), scan_.problems.end(), by_path);
    return std::move(scan_);
  }

 private:
  enum class Reached { kDirectly, kThroughLink };
  using Waiting = std::pair<std::string, Reached>;

  void read_folder(const std::string& path, Reached reached) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return fail(path, "look at");
    if (!entered_.emplace(status.st_dev, status.st_ino).second) return;
    if (reached == Reached::kDirectly) scan_.folders.push_back(scanned(path, status));
    const std::optional<std::vector<std::string>> names = list(path);
    if (!names) return;
    for (const std::string& name : *names) read_entry(joined(path, name), name, reached);
  }

  std::optional<std::vector<std::string>> list(const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
    if (!folder) return fail(path, "open"), std::nullopt;
    std::vector<std::string> names;
    for (;;) {
      errno = 0;
      const dirent* entry = readdir(folder.get());
      if (entry == nullptr && errno != 0) return fail(path, "read"), std::nullopt;
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    // The order in which folders are entered decides which name a folder of several has.
    std::sort(names.begin(), names.end());
    return names;
  }

  void read_entry(const std::string& path, const std::string& name, Reached reached) {
    struct stat status;
    if (lstat(path.c_str(), &status) != 0) return fail(path, "look at");
    if (S_ISLNK(status.st_mode)) return read_link(path, name);
    if (S_ISDIR(status.st_mode)) {
      (reached == Reached::kDirectly ? waiting_ : linked_).emplace_back(path, reached);
    } else if (S_ISREG(status.st_mode)) {
      const ScannedFile file = scanned(path, status);
      (reached == Reached::kDirectly ? scan_.files : scan_.linked).push_back(file);
      if (is_metadata(name)) scan_.metadata.push_back(file);
    }
  }

  void read_link(const std::string& path, const std::string& name) {
    scan_.links.push_back(path);
    struct stat target;
    if (stat(path.c_str(), &target) != 0) {
      if (errno != ENOENT && errno != ELOOP && errno != ENOTDIR) return fail(path, "follow");
      scan_.problems.push_back(
          {path, ScanTrouble::kLeadsNowhere, path + ": a link that leads nowhere"});
      return;
    }
    if (S_ISDIR(target.st_mode)) {
      linked_.emplace_back(path, Reached::kThroughLink);
    } else if (S_ISREG(target.st_mode)) {
      scan_.linked.push_back(scanned(path, target));
      if (is_metadata(name)) scan_.metadata.push_back(scanned(path, target));
    }
  }

  void fail(const std::string& path, std::string_view operation) {
    const IoError error(IoDirection::kReading, path, operation, errno);
    scan_.problems.push_back(
        {path, error.is_absence() ? ScanTrouble::kVanished : ScanTrouble::kUnreadable,
         error.what()});
  }

  FolderScan scan_;
  std::deque<Waiting> waiting_;
  std::deque<Waiting> linked_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> entered_;
};

}  // namespace

FolderScan scan_folder(const std::string& root) {
  struct stat status;
  if (stat(root.c_str(), &status) != 0) {
    throw IoError(IoDirection::kReading, root, "look at", errno);
  }
  if (!S_ISDIR(status.st_mode)) throw IoError(IoDirection::kReading, root, "open", ENOTDIR);
  std::string folder = root;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return Scanner(folder).scan();
}

ScannedSnapshot open_scanned(const std::string& metadata_path, const PathMap& paths,
                             const Storage& storage) {
  ScannedSnapshot opened;
  try {
    opened.snapshot = std::make_unique<const Snapshot>(metadata_path, paths, storage);
  } catch (const Error& error) {
    const bool gone = !storage.file_size(metadata_path);
    opened.problems.push_back(
        {metadata_path, gone ? ScanTrouble::kVanished : ScanTrouble::kUnreadable, error.what()});
  }
  return opened;
}

}  // namespace savvy
