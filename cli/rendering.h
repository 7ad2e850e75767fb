// What a command prints, in the format that is asked for; the others are not made.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/common_options.h"
#include "cli/json_document.h"

namespace savvy {

struct Rendering {
  std::function<std::string()> text;
  std::function<Json()> document;
  std::function<std::vector<Json>()> records;  // JSON Lines and CSV
  std::vector<std::string_view> columns;       // of the records in CSV
};

std::string render(const Rendering& parts, DocumentFormat format);

}  // namespace savvy
