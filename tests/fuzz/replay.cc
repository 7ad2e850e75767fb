// Runs a fuzz entry on saved inputs, where there is no libFuzzer: every file of the folders given.

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <vector>

#include "tests/fuzz/fuzz.h"
#include "tests/support/files.h"

namespace fs = std::filesystem;

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : fs::directory_iterator(argv[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    // Named before it is read, so that a crash tells which one it was.
    std::cout << file.string() << std::endl;
    const savvy::ByteVector bytes = savvy::testing::read_file(file);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::cout << files.size() << " inputs\n";
  return files.empty() ? 1 : 0;
}
