#include "cli/error_place.h"

#include <fmt/format.h>

#include <cctype>

#include "cli/printable.h"
#include "format/errors.h"

namespace savvy {
namespace {

bool continues_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// "subtask 1" is not named by "subtask 12".
bool names(std::string_view message, std::string_view place) {
  for (std::size_t at = message.find(place); at != std::string_view::npos;
       at = message.find(place, at + 1)) {
    const std::size_t end = at + place.size();
    if (end == message.size() || !continues_word(message[end])) return true;
  }
  return false;
}

std::string message_with(const Error& error, std::string_view place) {
  const std::string_view message = error.what();
  if (names(message, place)) return std::string(message);
  return fmt::format("{}\n  of {}", message, place);
}

}  // namespace

std::string place_of(const OperatorState& op, const Subtask& subtask) {
  return fmt::format("{}, subtask {}", place_of(op), subtask.index);
}

std::string place_of(const OperatorState& op) {
  return fmt::format("operator {}", printable(operator_label(op)));
}

std::exception_ptr with_place(const std::exception_ptr& error, std::string_view place) {
  if (place.empty()) return error;
  try {
    std::rethrow_exception(error);
  } catch (const FormatError& known) {
    return std::make_exception_ptr(FormatError(message_with(known, place)));
  } catch (const UnsupportedError& known) {
    return std::make_exception_ptr(UnsupportedError(message_with(known, place)));
  } catch (const IoError& known) {
    if (known.direction() == IoDirection::kWriting) return error;
    return std::make_exception_ptr(IoError(known.direction(), message_with(known, place)));
  } catch (...) {
    return error;
  }
}

}  // namespace savvy
