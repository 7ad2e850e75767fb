// Keyed entries as rows: values, list elements, map entries, timers.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/key_targets.h"
#include "cli/row_buffer.h"
#include "cli/row_filter.h"
#include "cli/ttl_options.h"
#include "format/composite_key.h"
#include "format/entry_names.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"

namespace savvy {

enum class RowContent { kWhole, kKeysOnly };

// Why an entry that a change log leaves open is bytes.
std::string_view issue_reason(EntryIssue issue);

class KeyedRows {
 public:
  // `states` are those of the stream; `heads` one a state. All arguments outlive this object.
  KeyedRows(const std::vector<KeyedStateSchema>& states, const std::vector<RowHead>& heads,
            const RowFilter& filter, RowContent content, int prefix_bytes, std::string_view file,
            RowTarget& rows);

  // From here on values of states that the rules name say whether they are past their TTL. `rules`
  // outlives this object.
  void mark_expired(const TtlRules& rules);
  // From here on keys whose bytes `targets` knows are compared by them. It outlives this object.
  void compare_keys(const KeyTargets& targets) { targets_ = &targets; }

  void add(const KeyedEntry& entry);

  // Which of the filter's keys have been met.
  const std::vector<bool>& found_keys() const { return found_keys_; }

 private:
  void add_undivided(const KeyedEntry& entry);
  void add_open_issue(const KeyedEntry& entry);
  void add_key(const KeyedStateSchema& state, const CompositeKey& key);
  bool key_is_wanted(std::size_t state, const CompositeKey& key);
  void add_list(const KeyedStateSchema& state, Bytes value);
  void add_map_entry(const KeyedStateSchema& state, const CompositeKey& key, Bytes value);
  void add_map_value(const KeyedStateSchema& state, Bytes value);
  void add_timer(const CompositeKey& key);
  // A value with its TTL time; the reader may go on behind it. False if the rest went out as bytes.
  bool add_value(const KeyedStateSchema& state, Column column, ByteReader& in);
  void add_whole_value(const KeyedStateSchema& state, Column column, ByteReader& in);

  const std::vector<KeyedStateSchema>& states_;
  const std::vector<RowHead>& heads_;
  const RowFilter& filter_;
  RowContent content_;
  int prefix_bytes_;
  EntryNames names_;
  RowTarget& rows_;
  std::vector<bool> wanted_;  // by state
  const TtlRules* ttl_rules_ = nullptr;
  std::vector<std::optional<std::int64_t>> ttls_ms_;  // by state
  const KeyTargets* targets_ = nullptr;
  std::vector<bool> found_keys_;
  std::string key_text_;
};

}  // namespace savvy
