// The corpus savepoints, and what the program says of one.

#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/corpus/corpus.h"
#include "tests/support/dumpable.h"
#include "tests/support/rows.h"
#include "tests/support/run_program.h"

namespace savvy::testing {

// All rows of a snapshot that can be dumped.
inline std::vector<Json> dump_rows(const std::filesystem::path& folder) {
  const Run run = run_savvy("dump " + shell_word(folder));
  if (run.exit_code != 0) throw std::runtime_error("dump failed: " + run.err);
  return parse_lines(run.out);
}

}  // namespace savvy::testing
