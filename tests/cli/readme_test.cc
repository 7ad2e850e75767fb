// The README shows what the program prints: every console block is run, and the block behind it is
// what must come out.

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/files.h"
#include "tests/support/run_program.h"

namespace savvy::testing {
namespace {

struct Example {
  std::string command;
  std::string output;
};

constexpr std::string_view kProgram = "build/release/cli/savvy";

// The text of every fenced block, with the word behind its opening fence on the first line.
std::vector<std::string> fenced_blocks(const std::string& markdown) {
  std::vector<std::string> blocks;
  std::istringstream lines(markdown);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back(line.substr(3) + '\n');
    } else if (inside) {
      blocks.back() += line + '\n';
    }
  }
  return blocks;
}

// Console blocks whose last line calls the program, each with the block that follows.
std::vector<Example> examples(const std::string& markdown) {
  const std::vector<std::string> blocks = fenced_blocks(markdown);
  std::vector<Example> found;
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    if (!blocks[i].starts_with("console\n")) continue;
    const std::size_t start = blocks[i].rfind("\n$ ") + 3;
    std::string command = blocks[i].substr(start, blocks[i].size() - start - 1);
    if (!command.starts_with(kProgram)) continue;
    command.replace(0, kProgram.size(), "savvy");
    found.push_back({command, blocks[i + 1].substr(blocks[i + 1].find('\n') + 1)});
  }
  return found;
}

TEST_CASE("the README's examples print what it shows") {
  const std::string root = SAVVY_SOURCE_DIR;
  const std::vector<Example> found = examples(read_text(root + "/README.md"));
  CHECK(found.size() >= 2);
  for (const Example& example : found) {
    CAPTURE(example.command);
    const Run run = run_shell("cd " + shell_word(root) + " && " + example.command);
    CHECK(run.exit_code == 0);
    CHECK(run.out == example.output);
  }
}

}  // namespace
}  // namespace savvy::testing
