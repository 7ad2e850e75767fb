#include "tests/support/rows.h"

#include <algorithm>

namespace savvy::testing {

std::vector<Json> parse_lines(std::string_view text) {
  std::vector<Json> rows;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    rows.push_back(Json::parse(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return rows;
}

void drop_fields(std::vector<Json>& rows, const std::vector<std::string>& names) {
  for (Json& row : rows) {
    for (const std::string& name : names) row.erase(name);
  }
}

std::vector<std::string> sorted_texts(const std::vector<Json>& rows) {
  std::vector<std::string> texts;
  for (const Json& row : rows) texts.push_back(row.dump());
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::string first_difference(const std::vector<Json>& expected, const std::vector<Json>& found) {
  const std::vector<std::string> wanted = sorted_texts(expected);
  const std::vector<std::string> present = sorted_texts(found);
  const auto [missing, extra] =
      std::mismatch(wanted.begin(), wanted.end(), present.begin(), present.end());
  if (missing == wanted.end() && extra == present.end()) return {};
  if (extra == present.end() || (missing != wanted.end() && *missing < *extra)) {
    return "missing: " + *missing;
  }
  return "unexpected: " + *extra;
}

std::string text_of(const Json& row, const char* field) {
  const auto found = row.find(field);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

StateKey state_key(const Json& row) {
  return {text_of(row, "operator_id"), text_of(row, "kind"), text_of(row, "state")};
}

std::map<StateKey, std::size_t> count_by_state(const std::vector<Json>& rows) {
  std::map<StateKey, std::size_t> counts;
  for (const Json& row : rows) ++counts[state_key(row)];
  return counts;
}

}  // namespace savvy::testing
