// Folders below a root in which a snapshot may be about to come into being: what will need their
// files is not written yet.
//
// Values  chk-N and savepoint-… without _metadata, and what ends with ".inprogress". Times are of the
//         last change of content or name, nanoseconds since the epoch
// Source  FsCheckpointStorageAccess: a checkpoint writes to chk-N and to shared beside it, its
//         metadata last

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "readers/snapshot_scan.h"

namespace savvy {

std::int64_t touched_ns(const ScannedFile& file);

class BusyFolders {
 public:
  BusyFolders(std::string root, const FolderScan& scan);

  // Keeps back what checkpoints that are still at work may have put into the folder "shared" of
  // their job: those touched since `alive_since_ns`, and those with half written metadata.
  void hold_shared_files(std::int64_t alive_since_ns, const std::vector<ScannedFile>& unfinished);

  // A file in such a folder is as young as the youngest in it.
  std::int64_t youngest_ns(const ScannedFile& file) const;

  // A checkpoint in the making may need this file of its job's shared ones.
  bool may_need(const ScannedFile& file) const;

 private:
  struct Busy {
    std::int64_t youngest_ns = 0;
    std::int64_t oldest_ns = 0;
  };

  template <typename Use>
  void for_folders_of(std::string path, Use use) const;
  void hold_shared_of(const std::string& folder, std::int64_t oldest_ns);

  std::string root_;
  std::map<std::string, Busy> busy_;
  std::map<std::string, std::vector<std::int64_t>> completed_ns_;  // of the checkpoints of a job
  std::map<std::string, std::int64_t> held_since_ns_;              // by folder of shared files
};

}  // namespace savvy
