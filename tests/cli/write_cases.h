// Every command that writes, on small sources, and what has to be true whatever happened to it.
//
// The one place that says what a whole result is: check_result() and check_aftermath().

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

// Paths relative to a folder with their contents; folders end with a slash.
using Tree = std::map<std::string, std::string>;
Tree tree_of(const std::filesystem::path& folder);

struct WriteCase {
  std::string name;
  std::string source;  // of WriteLab
  std::string command;
  std::vector<std::string> options;           // {sources} stands for the folder of the sources
  std::string leftover = "there.inprogress";  // of a run that was killed
};
std::vector<WriteCase> write_cases();

enum class Ending { kOrderly, kKilled };

// Sources, and a place where one command may write, again and again.
class WriteLab {
 public:
  explicit WriteLab(WriteCase write_case);

  // What run_with_fault() and run_and_signal() take: the command, writing to place()/there.
  std::vector<std::string> arguments() const;
  // Empty but for the folder that --tmp-dir names; made anew by every call.
  void clear_place();
  std::filesystem::path place() const { return folder_.path("place"); }

  // The sources are as they were, and the place holds the whole result or nothing; after a kill
  // also something with the name of the case's leftover, which the next run refuses and explains.
  // `run` is what happened: 0 goes with a whole result only.
  void check_aftermath(const Run& run, Ending ending);
  // Whether the last check_aftermath() found a whole result.
  bool is_whole() const { return tree_of(place()) == whole_; }

 private:
  void make_sources() const;
  void check_result() const;
  void check_leftover(const Tree& found) const;

  WriteCase case_;
  TempFolder folder_;
  Tree sources_;
  Tree nothing_;
  Tree whole_;
};

}  // namespace savvy::testing
