// The kinds of error; each decides one exit code of the program (design.md, section 2).
//
//   UsageError        the request is wrong, whatever the snapshot holds           2
//   FormatError       the bytes break the format                                  3
//   UnsupportedError  valid, but not handled, or refused for what is there        4
//   IoError           the system refused an operation                             3 reading, 5
//         writing
//   InterruptedError  the user wants it to stop                                 130
//
// A message stands alone: it names the file and, where there is one, the byte offset.

#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace savvy {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class UsageError : public Error {
 public:
  using Error::Error;
};

class FormatError : public Error {
 public:
  using Error::Error;
  FormatError(const std::string& message, std::uint64_t offset) : Error(message), offset_(offset) {}

  // Where in the file the bytes are, if the error is about certain bytes.
  std::optional<std::uint64_t> offset() const { return offset_; }

 private:
  std::optional<std::uint64_t> offset_;
};

class UnsupportedError : public Error {
 public:
  using Error::Error;
};

class InterruptedError : public Error {
 public:
  using Error::Error;
};

enum class IoDirection { kReading, kWriting };

class IoError : public Error {
 public:
  // `operation` is the verb of the failed call ("open", "read"); `error_number` an errno value.
  IoError(IoDirection direction, std::string_view path, std::string_view operation,
          int error_number);
  // For what no errno value says well enough.
  IoError(IoDirection direction, const std::string& message)
      : Error(message), direction_(direction) {}

  IoDirection direction() const { return direction_; }
  // 0 if there is none.
  int error_number() const { return error_number_; }
  // The machine ran out of something, which says nothing about the file.
  bool is_shortage() const;
  // There is no file of this name (any more).
  bool is_absence() const;

 private:
  IoDirection direction_;
  int error_number_ = 0;
};

}  // namespace savvy
