#include "tests/support/run_program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/support/files.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

Run run_shell(const std::string& command) {
  const TempFolder folder;
  const std::string script = "savvy() { '" SAVVY_PROGRAM "' \"$@\"; }\n{ " + command + "\n} >" +
                             shell_word(folder.path("out")) + " 2>" +
                             shell_word(folder.path("err")) + " </dev/null";
  const int status = std::system(script.c_str());
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
