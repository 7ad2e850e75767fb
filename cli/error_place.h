// Tells in an error whose state it is about: what reads the bytes knows the file alone.

#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "format/metadata.h"

namespace savvy {

// "operator keyed-string, subtask 0".
std::string place_of(const OperatorState& op, const Subtask& subtask);
// "operator keyed-string".
std::string place_of(const OperatorState& op);

// An error of the same kind with the place in a line of its own. An exception that is none of the
// bytes (an interrupt, say) stays as it is; so does any without a place.
std::exception_ptr with_place(const std::exception_ptr& error, std::string_view place);

// Runs a part of the work, whose errors get the place.
template <typename Part>
void run_at(std::string_view place, const Part& part) {
  try {
    part();
  } catch (...) {
    std::rethrow_exception(with_place(std::current_exception(), place));
  }
}

}  // namespace savvy
