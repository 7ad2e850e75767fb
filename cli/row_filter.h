// Which rows a command wants: the filter options that all commands reading entries share.
//
// Values  options repeat; rows must match one of each option given. --operator matches a uid (also
//         by its hash, where the metadata stores none), a name or an id. --key is JSON, or plain
//         text for a string key
// Errors  UsageError for a malformed --key-group, an unknown --kind or a --key that is not UTF-8

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/metadata.h"

namespace savvy {

// As given on the command line.
struct RowFilterOptions {
  std::vector<std::string> operators;
  std::vector<std::string> states;
  std::vector<std::string> keys;
  std::vector<std::string> key_groups;  // "A" or "A-B"
  std::vector<std::int32_t> subtasks;
  std::vector<std::string> kinds;
};

class RowFilter {
 public:
  explicit RowFilter(const RowFilterOptions& options);

  bool wants_operator(const OperatorState& op) const;
  bool wants_state(std::string_view name) const;
  bool wants_kind(std::string_view kind) const;
  bool wants_subtask(std::int32_t index) const;
  bool wants_key_group(std::int32_t key_group) const;
  // Which of keys() this is; nothing if none is wanted like it.
  std::optional<std::size_t> find_key(const std::string& json) const;

  bool has_operators() const { return !options_.operators.empty(); }
  bool has_states() const { return !options_.states.empty(); }
  bool has_keys() const { return !keys_.empty(); }
  bool has_key_groups() const { return !key_groups_.empty(); }
  bool has_subtasks() const { return !options_.subtasks.empty(); }
  bool has_kinds() const { return !options_.kinds.empty(); }
  // Something may be left out.
  bool has_any() const {
    return has_operators() || has_states() || has_keys() || has_key_groups() || has_subtasks() ||
           has_kinds();
  }

  // The wanted keys, each once, as JSON with sorted fields.
  const std::vector<std::string>& keys() const { return keys_; }

  const RowFilterOptions& options() const { return options_; }

 private:
  RowFilterOptions options_;
  std::vector<OperatorId> uid_hashes_;
  std::vector<std::string> keys_;
  std::vector<std::pair<std::int32_t, std::int32_t>> key_groups_;
};

}  // namespace savvy
