// Where the corpus of real Flink data is: the folder named by the environment variable
// SAVVY_CORPUS.

#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace savvy::testing {

// Empty if there is no corpus; then the test says so and passes:
//   const auto corpus = corpus_root();
//   if (!corpus) return;
inline std::optional<std::filesystem::path> corpus_root() {
  const char* root = std::getenv("SAVVY_CORPUS");
  if (root == nullptr || *root == '\0') {
    std::cout << "skipped: SAVVY_CORPUS is not set\n";
    return std::nullopt;
  }
  return root;
}

// The folders in `parent`, by name.
inline std::vector<std::filesystem::path> sorted_folders(const std::filesystem::path& parent) {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(parent)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace savvy::testing
