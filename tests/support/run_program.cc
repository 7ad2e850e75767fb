#include "tests/support/run_program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/support/files.h"
#include "tests/support/sanitizer_reports.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

namespace {

// A shell function `savvy`, which starts the program.
std::string savvy_function(const SanitizerReports& reports) {
  std::string text = "savvy() { ";
  for (const std::string& variable : reports.environment()) {
    const std::size_t value = variable.find('=') + 1;
    text += variable.substr(0, value) + shell_word(variable.substr(value)) + " ";
  }
  return text + shell_word(SAVVY_PROGRAM) + " \"$@\"; }\n";
}

}  // namespace

Run run_shell(const std::string& command) {
  const TempFolder folder;
  const SanitizerReports reports(folder);
  const std::string script = savvy_function(reports) + "{ " + command + "\n} >" +
                             shell_word(folder.path("out")) + " 2>" +
                             shell_word(folder.path("err")) + " </dev/null";
  const int status = std::system(script.c_str());
  reports.expect_none();
  if (!WIFEXITED(status)) throw std::runtime_error("did not exit: " + command);
  return {WEXITSTATUS(status), read_text(folder.path("out")), read_text(folder.path("err"))};
}

Run run_savvy(const std::string& arguments) { return run_shell("savvy " + arguments); }

std::string shell_word(const std::filesystem::path& path) {
  std::string word = "'";
  for (const char c : path.string()) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace savvy::testing
