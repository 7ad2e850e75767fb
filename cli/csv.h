// Cells of comma-separated values (RFC 4180).

#pragma once

#include <string>
#include <string_view>

namespace savvy {

// Appends a cell, in quotes where it holds a comma, a quote or a line break.
void append_csv_cell(std::string_view text, std::string& out);

}  // namespace savvy
