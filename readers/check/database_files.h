// Private to readers: the files of an incremental handle by their local names, for its check.
//
// Lives   points into the snapshot and the handle

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "format/errors.h"
#include "format/finding.h"
#include "format/state_handles.h"
#include "readers/snapshot.h"
#include "readers/sst_files.h"

namespace savvy {

class DatabaseFiles {
 public:
  // `place` is that of the handle.
  DatabaseFiles(const Snapshot& snapshot, const IncrementalHandle& handle, FindingPlace place);

  const FilesByName& by_name() const { return files_; }
  const LocalFile* find(std::string_view name) const;
  // Null if it is not there, or not all of it: the check of files tells that.
  std::unique_ptr<RandomAccessFile> open(const LocalFile& file) const;
  FindingPlace place(const LocalFile& file, std::string_view state = {}) const;
  const FindingPlace& place() const { return place_; }

  // What is wrong with a file, at its offset in there.
  Finding finding(FindingCode code, const LocalFile& file, const Error& error,
                  std::string_view expected, std::string_view state = {}) const;

 private:
  const Snapshot& snapshot_;
  FindingPlace place_;
  FilesByName files_;
};

}  // namespace savvy
