#include "cli/need_index.h"

#include <sys/stat.h>

namespace savvy {
namespace {

// Flink's Path takes "a/../b" for "b" whether or not there is an "a", the system does not.
std::vector<std::string> spellings(const std::string& path) {
  std::vector<std::string> all = {path};
  const std::string normalized = normalized_path(path);
  if (normalized != path) all.push_back(normalized);
  return all;
}

}  // namespace

std::string last_part(const std::string& path) {
  std::size_t end = path.size();
  while (end > 0 && path[end - 1] == '/') --end;
  const std::size_t slash = end == 0 ? std::string::npos : path.rfind('/', end - 1);
  return path.substr(slash + 1, end - slash - 1);
}

void NeedIndex::add(const Snapshot& snapshot) {
  for (const FileEntry& file : read_inventory(snapshot)) {
    if (!file.is_inline()) add_file(file, snapshot);
  }
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) {
      for (const auto* handle : {&subtask.managed_operator_state, &subtask.raw_operator_state}) {
        if (*handle) add_merge_folders(**handle, snapshot);
      }
    }
  }
}

void NeedIndex::add_file(const FileEntry& file, const Snapshot& snapshot) {
  const std::string name = last_part(file.uri);
  const std::string local_path = file.local_path.value_or("");
  if (name != kMetadataFileName) names_.insert(name);
  bool found = false;
  if (!local_path.empty()) {
    for (const std::string& path : spellings(local_path)) {
      paths_.insert(path);
      paths_.insert(real_paths_.of(path));
      struct stat status;
      if (stat(path.c_str(), &status) != 0) continue;
      identities_.emplace(status.st_dev, status.st_ino);
      found = true;
    }
  }
  // No --map rule changes where a relative path leads; a file of its name is kept all the same.
  if (!found && file.kind != "relative") {
    unreached_files_.try_emplace(name,
                                 UnreachedFile{file.uri, local_path, snapshot.metadata_path()});
  }
}

void NeedIndex::add_merge_folders(const OperatorHandle& handle, const Snapshot& snapshot) {
  if (!handle.directories) return;
  add_folder(handle.directories->task_owned, snapshot);
  add_folder(handle.directories->shared, snapshot);
}

void NeedIndex::add_folder(const std::string& uri, const Snapshot& snapshot) {
  const std::string local_path = paths_map_.to_local(uri).value_or("");
  bool found = false;
  for (const std::string& path : spellings(local_path)) {
    struct stat status;
    if (local_path.empty() || stat(path.c_str(), &status) != 0) continue;
    merge_folders_.insert(real_paths_.of(path));
    found = true;
  }
  if (!found) {
    unreached_folders_.try_emplace(last_part(uri),
                                   UnreachedFile{uri, local_path, snapshot.metadata_path()});
  }
}

bool NeedIndex::needs(const ScannedFile& file) {
  return identities_.contains({file.device, file.inode}) || paths_.contains(file.path) ||
         paths_.contains(real_paths_.of(file.path));
}

bool NeedIndex::in_merge_folder(const std::string& path) {
  std::string folder = real_paths_.of(path);
  while (folder.size() > 1) {
    folder.resize(folder.rfind('/'));
    if (merge_folders_.contains(folder)) return true;
  }
  return false;
}

}  // namespace savvy
