// Snapshots that a command has written anew.

#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/cli/testdata.h"
#include "tests/support/rows.h"
#include "tests/support/run_program.h"

namespace savvy::testing {

// Runs `savvy COMMAND SOURCE TO OPTIONS`; the arguments are those of snapshot_arguments().
inline Run rewrite(const std::string& command, const std::string& arguments,
                   const std::filesystem::path& to, const std::string& options) {
  const std::size_t first = arguments.find(" --map");
  const std::string map = first == std::string::npos ? "" : arguments.substr(first);
  return run_savvy(command + " " + arguments.substr(0, first) + " " + shell_word(to) + map + " " +
                   options);
}

inline std::vector<Json> rows_of(const std::string& arguments) {
  const Run run = run_savvy("dump " + arguments);
  CAPTURE(run.err);
  REQUIRE(run.exit_code == 0);
  return parse_lines(run.out);
}

// Names with contents.
inline std::set<std::string> files_in(const std::filesystem::path& folder) {
  std::set<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    files.insert(file.path().filename().string() + "\n" + read_text(file.path()));
  }
  return files;
}

}  // namespace savvy::testing
