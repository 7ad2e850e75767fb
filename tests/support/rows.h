// Rows of a dump, compared as multisets: the order of rows is the writer's business.

#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace savvy::testing {

using Json = nlohmann::json;

// One JSON document a line.
std::vector<Json> parse_lines(std::string_view text);

// Takes fields out of every row, wherever a row has them.
void drop_fields(std::vector<Json>& rows, const std::vector<std::string>& names);

// The same set of rows always as the same text: fields by name, rows in order.
std::vector<std::string> sorted_texts(const std::vector<Json>& rows);

// The first row that only one side has, with the side; empty if both hold the same rows equally
// often.
std::string first_difference(const std::vector<Json>& expected, const std::vector<Json>& found);

// A text field of a row; empty if the row lacks it.
std::string text_of(const Json& row, const char* field);

// How many rows there are of each operator id, kind and state.
struct StateKey {
  std::string operator_id;
  std::string kind;
  std::string state;

  auto operator<=>(const StateKey&) const = default;
};
StateKey state_key(const Json& row);
std::map<StateKey, std::size_t> count_by_state(const std::vector<Json>& rows);

}  // namespace savvy::testing
