#include "cli/row_filter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "format/errors.h"
#include "format/modified_utf8.h"

namespace savvy {
namespace {

constexpr std::array<std::string_view, 10> kKinds = {
    "keyed",     "timer",        "list",        "union",   "broadcast",
    "raw_keyed", "raw_operator", "coordinator", "channel", "master"};

template <typename T>
bool contains(const std::vector<T>& values, const auto& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::optional<std::int32_t> parse_number(std::string_view text) {
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::pair<std::int32_t, std::int32_t> parse_key_groups(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1));
  if (!first || !last || *first > *last) {
    throw UsageError(fmt::format("--key-group {}: expected A or A-B, for example 0-42", text));
  }
  return {*first, *last};
}

// The same JSON value always as the same text.
std::string normal_form(const nlohmann::json& json) { return json.dump(); }

// JSON, or the text itself as a string.
std::string parse_key(const std::string& text) {
  if (!is_utf8(text)) throw UsageError("--key: the text is not UTF-8");
  const nlohmann::json key = nlohmann::json::parse(text, nullptr, false);
  return normal_form(key.is_discarded() ? nlohmann::json(text) : key);
}

}  // namespace

RowFilter::RowFilter(const RowFilterOptions& options) : options_(options) {
  for (const std::string& op : options.operators) uid_hashes_.push_back(operator_id_of_uid(op));
  for (const std::string& text : options.keys) {
    std::string key = parse_key(text);
    if (!contains(keys_, key)) keys_.push_back(std::move(key));
  }
  for (const std::string& range : options.key_groups) {
    key_groups_.push_back(parse_key_groups(range));
  }
  for (const std::string& kind : options.kinds) {
    if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end()) {
      throw UsageError(fmt::format("--kind {}: expected one of {}", kind, fmt::join(kKinds, ", ")));
    }
  }
}

bool RowFilter::wants_operator(const OperatorState& op) const {
  if (!has_operators()) return true;
  return (!op.uid.empty() && contains(options_.operators, op.uid)) ||
         (!op.name.empty() && contains(options_.operators, op.name)) ||
         contains(options_.operators, to_hex(op.id)) || contains(uid_hashes_, op.id);
}

bool RowFilter::wants_state(std::string_view name) const {
  return !has_states() || contains(options_.states, name);
}

bool RowFilter::wants_kind(std::string_view kind) const {
  return options_.kinds.empty() || contains(options_.kinds, kind);
}

bool RowFilter::wants_subtask(std::int32_t index) const {
  return !has_subtasks() || contains(options_.subtasks, index);
}

bool RowFilter::wants_key_group(std::int32_t key_group) const {
  if (!has_key_groups()) return true;
  return std::any_of(key_groups_.begin(), key_groups_.end(), [key_group](const auto& range) {
    return key_group >= range.first && key_group <= range.second;
  });
}

std::optional<std::size_t> RowFilter::find_key(const std::string& json) const {
  // A key with a lone surrogate is no JSON for the library; no argument can name it.
  const nlohmann::json key = nlohmann::json::parse(json, nullptr, false);
  if (key.is_discarded()) return std::nullopt;
  const auto found = std::find(keys_.begin(), keys_.end(), normal_form(key));
  if (found == keys_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - keys_.begin());
}

}  // namespace savvy
