// What a command tells besides its result, on standard error.
//
// Errors  none: where standard error cannot be written nothing is told, and neither result nor exit
//         code depend on it (fmt::print would throw)

#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

namespace savvy {

// Names of files and operators may hold anything: what would steer a terminal becomes "?".
template <typename... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  std::string lines = fmt::format(text, std::forward<Args>(args)...);
  std::replace_if(
      lines.begin(), lines.end(),
      [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F); }, '?');
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

}  // namespace savvy
