#include "format/errors.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace savvy {

IoError::IoError(IoDirection direction, std::string_view path, std::string_view operation,
                 int error_number)
    : Error(fmt::format("{}: cannot {}: {}", path, operation,
                        std::generic_category().message(error_number))),
      direction_(direction),
      error_number_(error_number) {}

bool IoError::is_shortage() const {
  return error_number_ == EMFILE || error_number_ == ENFILE || error_number_ == ENOMEM ||
         error_number_ == EAGAIN || error_number_ == ENOBUFS;
}

bool IoError::is_absence() const { return error_number_ == ENOENT || error_number_ == ENOTDIR; }

}  // namespace savvy
