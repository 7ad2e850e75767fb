// Where a command writes its result: standard output, or a file that appears whole or not at all.
//
// Values  a file that exists is replaced; what is no plain file (a device, a pipe, a link, a folder)
//         never is. A run that is killed leaves FILE.part behind, which the next run refuses
// Errors  IoError (writing). UnsupportedError: FILE is no plain file, or FILE.part exists.
//         InterruptedError: the flag given to the constructor is set; then nothing is left

#pragma once

#include <atomic>
#include <cerrno>
#include <string>
#include <string_view>

#include "format/errors.h"

namespace savvy {

// Whoever read standard output has stopped (`savvy dump ... | head`).
class BrokenPipeError final : public IoError {
 public:
  explicit BrokenPipeError(std::string_view path)
      : IoError(IoDirection::kWriting, path, "write", EPIPE) {}
};

class Output {
 public:
  // Standard output if `path` is empty. Otherwise the text goes to PATH.part until finish().
  // `interrupted` may be null.
  explicit Output(std::string path, const std::atomic<bool>* interrupted = nullptr);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  // All is written: a file gets its name.
  void finish();

 private:
  void close_part();

  std::string path_;
  std::string part_path_;
  const std::atomic<bool>* interrupted_;
  int descriptor_;
};

}  // namespace savvy
