// Runs the program as a user does and keeps what it says.

#pragma once

#include <filesystem>
#include <string>

namespace savvy::testing {

struct Run {
  int exit_code;
  std::string out;
  std::string err;
};

// `arguments` as in a shell; SAVVY_PROGRAM is the path of the program.
Run run_savvy(const std::string& arguments);

// A whole shell command, in which `savvy` is the program.
Run run_shell(const std::string& command);

// As one word of a shell command.
std::string shell_word(const std::filesystem::path& path);

}  // namespace savvy::testing
