// The text of the error that a piece of code ends with.

#pragma once

#include <string>
#include <string_view>

#include "format/errors.h"

namespace savvy::testing {

// "no error" if there is none. Errors of other kinds than E pass through and fail the test.
template <typename E = FormatError, typename Code>
std::string message_of(Code code) {
  try {
    code();
  } catch (const E& error) {
    return error.what();
  }
  return "no error";
}

inline std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

template <typename E = FormatError, typename Code>
std::string first_line_of(Code code) {
  return first_line(message_of<E>(code));
}

}  // namespace savvy::testing
