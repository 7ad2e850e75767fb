#include "cli/source_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "format/errors.h"
#include "readers/inventory.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

// With links followed, as far as the path exists. Absolute: weakly_canonical leaves a relative path
// as it is where not even its first folder exists.
fs::path canonical(const std::string& path, IoDirection direction) {
  std::error_code error;
  fs::path result = fs::absolute(path, error);
  if (!error) result = fs::weakly_canonical(result, error);
  if (error) throw IoError(direction, path, "follow", error.value());
  return result;
}

// Also where the folder has another name, as a mount of it has.
bool lies_in(fs::path path, const fs::path& folder) {
  std::error_code ignored;  // what is not there is no other name of the folder
  for (; path.has_relative_path(); path = path.parent_path()) {
    if (fs::equivalent(path, folder, ignored)) return true;
  }
  return false;
}

}  // namespace

void require_outside(const std::string& source_folder, const std::string& destination) {
  const fs::path from = canonical(source_folder, IoDirection::kReading);
  const fs::path to = canonical(destination, IoDirection::kWriting);
  const bool below =
      std::mismatch(from.begin(), from.end(), to.begin(), to.end()).first == from.end();
  if (!below && !lies_in(to, from)) return;
  throw UsageError(fmt::format("{}: lies in the source, which is never changed", destination));
}

void require_outside(const Snapshot& source, const std::string& destination) {
  require_outside(source.directory(), destination);
}

void require_no_file_of(const Snapshot& source, const std::string& path) {
  require_outside(source, path);
  std::error_code ignored;  // what is not there is no file of the source
  if (!fs::exists(path, ignored)) return;
  for (const FileEntry& file : read_inventory(source)) {
    if (!file.local_path || !fs::equivalent(*file.local_path, path, ignored)) continue;
    throw UsageError(fmt::format("{}: is a file of the source, which is never changed", path));
  }
}

}  // namespace savvy
