// JSON documents, built as a tree and written as text. The library's own writer refuses strings
// that are not UTF-8; here a lone surrogate becomes its escape, as in rows.

#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace savvy {

using Json = nlohmann::ordered_json;

// A document with its schema mark, to be filled.
Json json_document();

// Over several lines, indented by two spaces, ended by a line break.
std::string pretty_text(const Json& json);
// On one line, ended by a line break.
std::string line_text(const Json& json);

}  // namespace savvy
