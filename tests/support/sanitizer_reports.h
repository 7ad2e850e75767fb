// What a sanitizer says of a program that a test starts.
//
// A report may go unseen: stderr may be dropped, or not be looked at, and the exit code that a sanitizer
// ends with may be the one that is expected. So reports go into files, and each fails the test.
//
// Lives  the folder, which holds the files, outlives this object

#pragma once

#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace savvy::testing {

class SanitizerReports {
 public:
  explicit SanitizerReports(const TempFolder& folder) : folder_(folder) {}

  // Variables that the program needs, "NAME=VALUE"; `options` are further ones of AddressSanitizer.
  // What is set for the test itself comes first.
  std::vector<std::string> environment(const std::string& options = {}) const;
  // Throws std::runtime_error with the text of all reports.
  void expect_none() const;

 private:
  const TempFolder& folder_;
};

}  // namespace savvy::testing
