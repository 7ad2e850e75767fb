// What `savvy check --read-data` finds in a snapshot that a command has written: nothing.

#pragma once

#include <filesystem>
#include <string>

#include "tests/support/run_program.h"

namespace savvy::testing {

// The findings, a line each; empty where all is well. `options` may be --strict, for warnings.
inline std::string findings_in(const std::filesystem::path& snapshot,
                               const std::string& options = "--strict") {
  const Run run =
      run_savvy("check " + shell_word(snapshot) + " --read-data --format jsonl " + options);
  return run.exit_code == 0 ? run.err : run.out + run.err;
}

}  // namespace savvy::testing
