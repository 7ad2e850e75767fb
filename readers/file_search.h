// Looks for files that are not where the metadata says, near the snapshot.
//
// Values  bounded work: after a few files of one folder that are nowhere, the rest of that folder is
//         not searched for

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "format/storage.h"

namespace savvy {

class FileSearch {
 public:
  FileSearch(std::string snapshot_directory, const Storage& storage)
      : directory_(std::move(snapshot_directory)), storage_(storage) {}

  // The --map rule under which a URI is found whose local path does not exist.
  std::optional<std::string> find_rule(const std::string& missing_path, const std::string& uri);

  // Where the file of a relative handle is instead: in a folder beside that of the snapshot, or
  // beside one above it.
  std::optional<std::string> find_relative(const std::string& relative_path);

 private:
  const std::vector<std::string>& folders_near();

  std::string directory_;
  const Storage& storage_;
  std::map<std::string, std::string> rules_;         // by the folder of the URI
  std::map<std::string, std::size_t> failed_;        // by the folder of the URI
  std::optional<std::vector<std::string>> folders_;  // where relative files are looked for
  std::size_t failed_relative_ = 0;
};

}  // namespace savvy
