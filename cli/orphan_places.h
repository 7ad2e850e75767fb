// Which folders below a root hold files that Flink wrote for snapshots and for nothing else: only
// there can a file be told to be needed by nobody.
//
// Values  a place is judged by the names of all folders that a file lies in, and by what lies beside
//         it. In doubt it is somebody else's
// Source  AbstractFsCheckpointStorageAccess (chk-N, shared, taskowned, savepoint-…);
//         FsStateChangelogStorage (dstl); FileMergingSnapshotManager (job_…_op_…, job_…_tm_…);
//         ForStStateBackend (op_…_attempt_N); ZooKeeperUtils, BlobUtils, JobResultStoreOptions and
//         ApplicationResultStoreOptions (what a JobManager recovers from)

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "readers/snapshot_scan.h"

namespace savvy {

class OrphanPlaces {
 public:
  OrphanPlaces(std::string root, const FolderScan& scan);

  // Metadata, or a file that a snapshot needs: others of its folder are of snapshots too.
  void add_snapshot_file(const std::string& path);

  // Why no file of this place may be listed.
  std::optional<std::string> reason_to_keep(const std::string& path) const;

 private:
  bool in_database(std::string path) const;
  bool in_snapshot_folder(const std::string& path) const;
  bool is_of_snapshots(const std::string& folder) const;

  std::string root_;
  std::string real_root_;
  std::unordered_set<std::string> databases_;
  std::unordered_set<std::string> job_folders_;  // that hold chk-N or taskowned
  std::unordered_set<std::string> snapshot_file_folders_;
};

// "chk-17", and whatever else begins so.
bool is_checkpoint_folder(std::string_view name);

bool is_savepoint_folder(std::string_view name);

std::string folder_of(const std::string& path);

}  // namespace savvy
