#include "tests/support/sanitizer_reports.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/support/files.h"

namespace savvy::testing {
namespace {

constexpr const char* kName = "sanitizer";  // the process id stands behind it
constexpr const char* kByExitCode = "sanitizer.exit_code";
constexpr int kReported = 86;  // no exit code of savvy
constexpr const char* kText = "reported by a sanitizer, see stderr";

std::string variable(const std::string& name, const std::string& options) {
  const char* set = std::getenv(name.c_str());
  return name + "=" + (set != nullptr ? std::string(set) + ":" : "") + options;
}

}  // namespace

std::vector<std::string> SanitizerReports::environment(const std::string& options) const {
  const std::string code = "exitcode=" + std::to_string(kReported);
  // Looking for the folder of a report would be among the calls that a preloaded library counts.
  const std::string log = options.empty() ? "log_path=" + folder_.path(kName) : code;
  return {variable("ASAN_OPTIONS", options.empty() ? log : options + ":" + log),
          variable("UBSAN_OPTIONS", "print_stacktrace=1:" + code), variable("TSAN_OPTIONS", log)};
}

std::string SanitizerReports::shell_epilogue() const {
  return fmt::format("savvy_code=$?; test $savvy_code != {} || echo '{}' >'{}'; return $savvy_code",
                     kReported, kText, folder_.path(kByExitCode));
}

void SanitizerReports::expect_none() const {
  std::string reports;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.path().stem() == kName) reports += read_text(entry.path());
  }
  if (!reports.empty()) throw std::runtime_error("the program was reported:\n" + reports);
}

void SanitizerReports::expect_none(int exit_code) const {
  expect_none();
  if (exit_code == kReported) throw std::runtime_error(kText);
}

}  // namespace savvy::testing
