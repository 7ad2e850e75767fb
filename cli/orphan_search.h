// Files below a folder that no snapshot needs.
//
// A wrong answer deletes state, so whatever is not certain is kept back: nothing is listed that a
// snapshot may lead to, that a running job may still write or own, or that was touched lately.
//
// Errors  IoError (reading): the search is refused, because there may be a snapshot that it cannot
//         read, a needed file that it cannot tell from others, or the folder changes meanwhile
// Source  orphan_places.h (whose a folder is), busy_folders.h (what is being written)

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "readers/path_map.h"
#include "readers/snapshot_scan.h"

namespace savvy {

// How folders are looked through; a search does it twice.
class FolderScanner {
 public:
  virtual ~FolderScanner() = default;
  virtual FolderScan scan(const std::string& root) { return scan_folder(root); }
};

struct OrphanRequest {
  std::string root;
  std::vector<std::string> also;  // folders with snapshots that may need files below the root
  PathMap paths;
  std::int64_t older_than_ms = 0;
  std::int64_t now_ms = 0;  // since the epoch
};

struct Orphan {
  std::string path;
  std::uint64_t size_bytes = 0;
  std::int64_t age_ms = 0;  // since its content or its name changed last
};

struct KeptBack {
  std::uint64_t file_count = 0;
  std::uint64_t bytes = 0;
};

struct OrphanReport {
  std::vector<Orphan> orphans;                // by path
  std::map<std::string, KeptBack> kept_back;  // by the reason: not needed, and not listed either
  std::uint64_t snapshot_count = 0;
  std::uint64_t needed_count = 0;  // files below the root, metadata among them
};

OrphanReport find_orphans(const OrphanRequest& request, FolderScanner& scanner,
                          const Storage& storage);

}  // namespace savvy
