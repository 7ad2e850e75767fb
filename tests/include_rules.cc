#include "tests/include_rules.h"

#include <algorithm>
#include <map>
#include <regex>
#include <sstream>

namespace savvy::testing {
namespace {

using Names = std::vector<std::string_view>;

const std::map<std::string, Names, std::less<>> kFolders = {
    {"format", {"format"}},
    {"readers", {"format", "readers"}},
    {"redistribute", {"format", "redistribute"}},
    {"writers", {"format", "writers"}},
    {"cli", {"format", "readers", "redistribute", "writers", "cli"}},
};

// Headers of format that its own files alone include.
const Names kPrivate = {"format/detail/", "format/types/"};

// Libraries, by the start of their includes, and the folders that may use them.
struct LibraryRule {
  std::string_view prefix;
  Names folders;
};
const std::vector<LibraryRule> kLibraries = {
    {"rocksdb/", {"readers", "writers"}},
    {"CLI/", {"cli"}},
    {"google/protobuf/", {"format"}},
    {"snappy", {"format", "cli"}},  // cli names its version
    {"isa-l/", {"format"}},
    {"nlohmann/", {"format", "cli"}},
};

// What opens files or prints; format does neither.
const Names kInputAndOutput = {"fstream",    "filesystem", "iostream", "istream",
                               "ostream",    "cstdio",     "stdio.h",  "fcntl.h",
                               "sys/stat.h", "unistd.h",   "print"};

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string folder_of(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

// Why `folder` must not include `target`; empty if it may.
std::string objection(const std::string& folder, const std::string& target) {
  const Names& allowed = kFolders.find(folder)->second;
  const std::string target_folder = folder_of(target);
  if (target_folder == "tests") return "the program does not use its tests";
  if (kFolders.contains(target_folder) && !contains(allowed, target_folder)) {
    return folder + " must not include " + target_folder;
  }
  for (const std::string_view prefix : kPrivate) {
    if (target.starts_with(prefix) && folder != "format") return "private to format";
  }
  for (const LibraryRule& rule : kLibraries) {
    if (target.starts_with(rule.prefix) && !contains(rule.folders, folder)) {
      return "not a library of " + folder;
    }
  }
  if (folder == "format" && contains(kInputAndOutput, target)) {
    return "format opens no file and prints nothing";
  }
  return {};
}

}  // namespace

std::vector<std::string> wrong_includes(std::string_view path, std::string_view text) {
  const std::string folder = folder_of(path);
  std::vector<std::string> found;
  if (!kFolders.contains(folder)) return found;
  static const std::regex include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (!std::regex_search(line, match, include)) continue;
    const std::string target = match[1];
    const bool quoted = line.find('"') != std::string::npos;
    std::string why = objection(folder, target);
    // A path from the project's root, so that the rules above see the folder.
    if (quoted && target.find('/') == std::string::npos) why = "no folder in front";
    if (target.find("..") != std::string::npos) why = "not a path from the project's root";
    if (why.empty()) continue;
    found.push_back(std::string(path) + ":" + std::to_string(number) + ": " + target + ": " + why);
  }
  return found;
}

}  // namespace savvy::testing
