// Which files on this machine the snapshots of a scan need, whatever name they call them by.
//
// Values  a file is needed if any snapshot leads to it: by device and inode, so that links of both
//         kinds, "//", ".." and several spellings of a URI come to the same; and by its path as
//         text, with links resolved or not. Parts of merged files need the whole file
// Lives   owns what it says
// Threads one object, one thread

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "readers/inventory.h"
#include "readers/real_paths.h"
#include "readers/snapshot.h"
#include "readers/snapshot_scan.h"

namespace savvy {

// A file or folder that a snapshot needs and that is not found here.
struct UnreachedFile {
  std::string uri;
  std::string local_path;  // empty: the URI is of another file system and no --map rule applies
  std::string snapshot;    // the metadata that names it
};

class NeedIndex {
 public:
  explicit NeedIndex(PathMap paths) : paths_map_(std::move(paths)) {}

  void add(const Snapshot& snapshot);

  bool needs(const ScannedFile& file);
  // Below a folder that the task managers of a job keep their merged files in.
  bool in_merge_folder(const std::string& path);
  // A snapshot needs a file of this name, wherever it looks for it.
  bool names(const std::string& file_name) const { return names_.contains(file_name); }

  // By the last part of the name: copied and mounted elsewhere, a file keeps it.
  const std::map<std::string, UnreachedFile>& unreached_files() const { return unreached_files_; }
  const std::map<std::string, UnreachedFile>& unreached_folders() const {
    return unreached_folders_;
  }

 private:
  void add_file(const FileEntry& file, const Snapshot& snapshot);
  void add_merge_folders(const OperatorHandle& handle, const Snapshot& snapshot);
  void add_folder(const std::string& uri, const Snapshot& snapshot);

  PathMap paths_map_;
  RealPaths real_paths_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> identities_;
  std::unordered_set<std::string> paths_;
  std::unordered_set<std::string> names_;
  std::set<std::string> merge_folders_;
  std::map<std::string, UnreachedFile> unreached_files_;
  std::map<std::string, UnreachedFile> unreached_folders_;
};

// The last part of a path or URI.
std::string last_part(const std::string& path);

}  // namespace savvy
