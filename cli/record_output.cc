#include "cli/record_output.h"

#include "cli/csv.h"

namespace savvy {

std::string records_jsonl(const std::vector<Json>& records) {
  std::string text;
  for (const Json& record : records) text += line_text(record);
  return text;
}

std::string records_csv(const std::vector<std::string_view>& columns,
                        const std::vector<Json>& records) {
  std::string text;
  for (const std::string_view column : columns) {
    if (!text.empty()) text += ',';
    text += column;
  }
  text += '\n';
  for (const Json& record : records) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) text += ',';
      const auto field = record.find(std::string(columns[i]));
      if (field == record.end() || field->is_null()) continue;  // not known: an empty cell
      append_csv_cell(field->is_string() ? field->get<std::string>() : field->dump(), text);
    }
    text += '\n';
  }
  return text;
}

}  // namespace savvy
