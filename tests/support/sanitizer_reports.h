// What a sanitizer says of a program that a test starts.
//
// A report may go unseen: stderr may be dropped, or not be looked at, and the exit code that a sanitizer
// ends with may be the one that is expected. So reports go into files, and each fails the test. UBSan
// heeds no log_path where AddressSanitizer is there too: it is known by an exit code of its own.
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
  // What a shell function does behind the program, so that an exit code that is not looked at, in a
  // pipe, is not lost.
  std::string shell_epilogue() const;
  // Throws std::runtime_error with the text of all reports.
  void expect_none() const;
  void expect_none(int exit_code) const;

 private:
  const TempFolder& folder_;
};

}  // namespace savvy::testing
