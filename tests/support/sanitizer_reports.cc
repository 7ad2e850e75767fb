#include "tests/support/sanitizer_reports.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/support/files.h"

namespace savvy::testing {
namespace {

constexpr const char* kName = "sanitizer";  // the process id stands behind it

std::string variable(const std::string& name, const std::string& options) {
  const char* set = std::getenv(name.c_str());
  return name + "=" + (set != nullptr ? std::string(set) + ":" : "") + options;
}

}  // namespace

std::vector<std::string> SanitizerReports::environment(const std::string& options) const {
  const std::string log = "log_path=" + folder_.path(kName);
  return {variable("ASAN_OPTIONS", options.empty() ? log : options + ":" + log),
          variable("UBSAN_OPTIONS", "print_stacktrace=1:" + log), variable("TSAN_OPTIONS", log)};
}

void SanitizerReports::expect_none() const {
  std::string reports;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.path().stem() == kName) reports += read_text(entry.path());
  }
  if (!reports.empty()) throw std::runtime_error("the program was reported:\n" + reports);
}

}  // namespace savvy::testing
