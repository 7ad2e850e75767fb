// What a command tells besides its result, on standard error.
//
// Errors  none: where standard error cannot be written nothing is told, and neither result nor exit
//         code depend on it (fmt::print would throw)

#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

#include "cli/printable.h"

namespace savvy {

template <typename... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  const std::string lines = printable_lines(fmt::format(text, std::forward<Args>(args)...));
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

}  // namespace savvy
