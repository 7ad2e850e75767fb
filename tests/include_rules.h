// Which folder may include what: the fan of design.md, section 1, as a check over source text.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace savvy::testing {

// One line an include that points the wrong way: "format/a.cc:3: fstream: why". `path` is relative
// to the project; files outside its library folders may include anything.
std::vector<std::string> wrong_includes(std::string_view path, std::string_view text);

}  // namespace savvy::testing
