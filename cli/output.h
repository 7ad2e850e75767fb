// Where a command writes its result: standard output, or a file that appears whole or not at all.
//
// Errors  IoError (writing)

#pragma once

#include <string>
#include <string_view>

namespace savvy {

class Output {
 public:
  // Standard output if `path` is empty. Otherwise the text goes to PATH.part until finish().
  explicit Output(std::string path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  // All is written: a file gets its name.
  void finish();

 private:
  std::string path_;
  std::string part_path_;
  int descriptor_;
};

}  // namespace savvy
