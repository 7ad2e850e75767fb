#include "format/errors.h"

#include <fmt/format.h>

#include <system_error>

namespace savvy {

IoError::IoError(IoDirection direction, std::string_view path, std::string_view operation,
                 int error_number)
    : Error(fmt::format("{}: cannot {}: {}", path, operation,
                        std::generic_category().message(error_number))),
      direction_(direction),
      error_number_(error_number) {}

}  // namespace savvy
