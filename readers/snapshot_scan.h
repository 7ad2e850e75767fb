// What lies below a folder: its files, and the snapshots among them, at any depth.
//
// Values  links are followed to find snapshots, each folder is entered once however often it is
//         linked; files behind a link do not lie below the folder and are not listed. All by path
// Errors  IoError: the root is no folder. What cannot be read below it is a problem in the result;
//         a link that leads nowhere, and what vanishes while it is looked at, are others
// Source  AbstractFsCheckpointStorageAccess: a snapshot is a folder with a file _metadata

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "readers/snapshot.h"

namespace savvy {

constexpr std::string_view kMetadataFileName = "_metadata";  // written to disk, never change

struct ScannedFile {
  std::string path;  // begins with the root as it was given
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  // of what is in it, since the epoch
  std::int64_t changed_ns = 0;   // of that, or of its name: copying old times does not reach it
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  bool operator==(const ScannedFile&) const = default;
};

enum class ScanTrouble {
  kUnreadable,
  kLeadsNowhere,  // a link: what is behind it may not be mounted
  kVanished
};

struct ScanProblem {
  std::string path;
  ScanTrouble trouble = ScanTrouble::kUnreadable;
  std::string text;  // begins with the path
};

struct FolderScan {
  std::vector<ScannedFile> files;     // regular files, _metadata among them
  std::vector<ScannedFile> folders;   // the root first
  std::vector<ScannedFile> linked;    // regular files that a link leads to, by the link's path
  std::vector<ScannedFile> metadata;  // files called _metadata, also behind links
  std::vector<std::string> links;     // whatever they lead to
  std::vector<ScanProblem> problems;
};

FolderScan scan_folder(const std::string& root);

// A snapshot of a scan. Null, and a problem, if its metadata cannot be read or is no longer there.
struct ScannedSnapshot {
  std::unique_ptr<const Snapshot> snapshot;
  std::vector<ScanProblem> problems;
};

ScannedSnapshot open_scanned(const std::string& metadata_path, const PathMap& paths,
                             const Storage& storage);

}  // namespace savvy
