#include "cli/busy_folders.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "cli/need_index.h"
#include "cli/orphan_places.h"

namespace savvy {

std::int64_t touched_ns(const ScannedFile& file) {
  return std::max(file.modified_ns, file.changed_ns);
}

BusyFolders::BusyFolders(std::string root, const FolderScan& scan) : root_(std::move(root)) {
  std::unordered_set<std::string> complete;
  for (const ScannedFile& file : scan.metadata) {
    const std::string folder = folder_of(file.path);
    complete.insert(folder);
    completed_ns_[folder_of(folder)].push_back(touched_ns(file));
  }
  for (const ScannedFile& folder : scan.folders) {
    const std::string name = last_part(folder.path);
    const bool snapshot = is_checkpoint_folder(name) || is_savepoint_folder(name);
    if ((snapshot && !complete.contains(folder.path)) || name.ends_with(".inprogress")) {
      busy_.emplace(folder.path, Busy{touched_ns(folder), touched_ns(folder)});
    }
  }
  for (const auto* entries : {&scan.folders, &scan.files}) {
    for (const ScannedFile& entry : *entries) {
      for_folders_of(entry.path, [&](const std::string& folder) {
        Busy& busy = busy_.at(folder);
        busy.youngest_ns = std::max(busy.youngest_ns, touched_ns(entry));
        busy.oldest_ns = std::min(busy.oldest_ns, touched_ns(entry));
      });
    }
  }
}

// Calls with every busy folder that a path lies in.
template <typename Use>
void BusyFolders::for_folders_of(std::string path, Use use) const {
  while (path.size() > root_.size() && path.rfind('/') != std::string::npos) {
    path = folder_of(path);
    if (busy_.contains(path)) use(path);
  }
}

void BusyFolders::hold_shared_files(std::int64_t alive_since_ns,
                                    const std::vector<ScannedFile>& unfinished) {
  for (const auto& [folder, busy] : busy_) {
    const bool alive = busy.youngest_ns > alive_since_ns;
    if (alive && is_checkpoint_folder(last_part(folder))) hold_shared_of(folder, busy.oldest_ns);
  }
  for (const ScannedFile& file : unfinished) {
    const std::string folder = folder_of(file.path);
    const auto found = busy_.find(folder);
    hold_shared_of(folder, found == busy_.end() ? touched_ns(file) : found->second.oldest_ns);
  }
}

// When a checkpoint began is not stored, and shared files may be written before the first of its
// own. It is not before the one that was complete before those.
void BusyFolders::hold_shared_of(const std::string& folder, std::int64_t oldest_ns) {
  const std::string job = folder_of(folder);
  std::int64_t since_ns = 0;
  for (const std::int64_t completed_ns : completed_ns_[job]) {
    if (completed_ns < oldest_ns) since_ns = std::max(since_ns, completed_ns);
  }
  const auto [held, fresh] = held_since_ns_.emplace(job + "/shared", since_ns);
  if (!fresh) held->second = std::min(held->second, since_ns);
}

std::int64_t BusyFolders::youngest_ns(const ScannedFile& file) const {
  std::int64_t youngest = touched_ns(file);
  for_folders_of(file.path, [&](const std::string& folder) {
    youngest = std::max(youngest, busy_.at(folder).youngest_ns);
  });
  return youngest;
}

bool BusyFolders::may_need(const ScannedFile& file) const {
  return std::any_of(held_since_ns_.begin(), held_since_ns_.end(), [&file](const auto& held) {
    const auto& [folder, since_ns] = held;
    return file.path.starts_with(folder + "/") && touched_ns(file) >= since_ns;
  });
}

}  // namespace savvy
