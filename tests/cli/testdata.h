// The snapshots of testdata: what a real Flink wrote, with expected.jsonl beside it: what it put
// in.

#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/files.h"
#include "tests/support/rows.h"
#include "tests/support/run_program.h"

namespace savvy::testing {

// Checkpoints of one job lie below a folder of testdata, other snapshots are such a folder.
inline std::vector<std::filesystem::path> testdata_snapshots() {
  std::vector<std::filesystem::path> snapshots;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SAVVY_TESTDATA)) {
    if (entry.path().filename() == "expected.jsonl")
      snapshots.push_back(entry.path().parent_path());
  }
  std::sort(snapshots.begin(), snapshots.end());
  return snapshots;
}

inline std::filesystem::path testdata_folder(const std::string& name) {
  return std::filesystem::path(SAVVY_TESTDATA) / name;
}

// The folder of testdata that a snapshot is or lies in.
inline std::filesystem::path folder_of(const std::filesystem::path& snapshot) {
  return testdata_folder(*snapshot.lexically_relative(SAVVY_TESTDATA).begin());
}

// As the arguments of a command: the snapshot, and the --map rule where its folder has one. The
// rule names a folder of the project.
inline std::string snapshot_arguments(const std::filesystem::path& snapshot) {
  const std::filesystem::path map = folder_of(snapshot) / "map";
  if (!std::filesystem::exists(map)) return shell_word(snapshot);
  std::string rule = read_text(map);
  rule.erase(rule.find_last_not_of('\n') + 1);
  rule.insert(rule.rfind('=') + 1, SAVVY_SOURCE_DIR "/");
  return shell_word(snapshot) + " --map " + shell_word(rule);
}

// What must be alike for two snapshots to hold the same state: release, parallelism and job, which
// the README of a folder gives.
inline std::string job_of(const std::filesystem::path& folder) {
  const std::string readme = read_text(folder / "README.md");
  const auto after = [&](const std::string& word) {
    const std::size_t start = readme.find(word);
    return start == std::string::npos ? "" : readme.substr(start, readme.find(',', start) - start);
  };
  const std::size_t job = readme.find("job `");
  return after("Flink ") + after("parallelism ") + readme.substr(job, readme.find('.', job) - job);
}

}  // namespace savvy::testing
