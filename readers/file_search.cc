#include "readers/file_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "readers/moved_files.h"
#include "readers/path_map.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFailed = 3;
constexpr std::size_t kMaxFolders = 1000;  // looked into
constexpr int kLevelsAbove = 2;            // ROOT/<job id>/chk-N

std::string folder_of(const std::string& uri) { return uri.substr(0, uri.rfind('/') + 1); }

void add_folders(const fs::path& parent, std::vector<std::string>& folders) {
  std::error_code ignored;
  std::vector<std::string> found;
  for (fs::directory_iterator entry(parent, ignored), end; entry != end; entry.increment(ignored)) {
    if (folders.size() + found.size() == kMaxFolders) break;
    if (entry->is_directory(ignored)) found.push_back(entry->path().string());
  }
  std::sort(found.begin(), found.end());
  folders.insert(folders.end(), found.begin(), found.end());
}

}  // namespace

std::optional<std::string> FileSearch::find_rule(const std::string& missing_path,
                                                 const std::string& uri) {
  const std::string folder = folder_of(uri);
  if (const auto known = rules_.find(folder); known != rules_.end()) {
    PathMap map;
    map.add_rule(known->second);
    const auto path = map.to_local(uri);
    return path && storage_.file_size(*path) ? std::optional(known->second) : std::nullopt;
  }
  std::size_t& failed = failed_[folder];
  if (failed == kMaxFailed) return std::nullopt;
  auto rule = suggest_map_rule(missing_path, uri, directory_);
  if (rule) {
    rules_.emplace(folder, *rule);
  } else {
    ++failed;
  }
  return rule;
}

std::optional<std::string> FileSearch::find_relative(const std::string& relative_path) {
  if (failed_relative_ == kMaxFailed) return std::nullopt;
  for (const std::string& folder : folders_near()) {
    std::string path = fmt::format("{}/{}", folder, relative_path);
    if (!storage_.file_size(path)) continue;
    failed_relative_ = 0;
    return path;
  }
  ++failed_relative_;
  return std::nullopt;
}

const std::vector<std::string>& FileSearch::folders_near() {
  if (folders_) return *folders_;
  folders_.emplace();
  std::error_code ignored;
  fs::path folder = fs::absolute(directory_, ignored).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  for (int i = 0; i < kLevelsAbove && folder.has_relative_path(); ++i) {
    folder = folder.parent_path();
    add_folders(folder, *folders_);
  }
  return *folders_;
}

}  // namespace savvy
