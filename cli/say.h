// What a command tells besides its result, on standard error.
//
// Errors  none: where standard error cannot be written nothing is told, and neither result nor exit
//         code depend on it (fmt::print would throw)

#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace savvy {

template <typename... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  const std::string line = fmt::format(text, std::forward<Args>(args)...);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace savvy
