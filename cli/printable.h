// Text from a snapshot as it may go to a terminal: names of files, operators and states hold anything.

#pragma once

#include <string>
#include <string_view>

namespace savvy {

// Control characters become "?": those of ASCII, and C1 in UTF-8.
std::string printable(std::string_view text);

// The same, but for the ends of lines.
std::string printable_lines(std::string_view text);

}  // namespace savvy
