#include "cli/error_place.h"

#include <fmt/format.h>

#include "format/errors.h"

namespace savvy {
namespace {

std::string message_with(const Error& error, std::string_view place) {
  const std::string_view message = error.what();
  if (message.find(place) != std::string_view::npos) return std::string(message);
  return fmt::format("{}\n  of {}", message, place);
}

}  // namespace

std::string place_of(const OperatorState& op, const Subtask& subtask) {
  return fmt::format("{}, subtask {}", place_of(op), subtask.index);
}

std::string place_of(const OperatorState& op) {
  return fmt::format("operator {}", operator_label(op));
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
