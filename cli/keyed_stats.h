// Figures of keyed states and timers, from the entries of one key group.
//
// Errors  FormatError and UnsupportedError as from cutting an entry into its parts; what cannot be
//         told apart because its type is not known is counted (StateStats::undecoded)

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/row_filter.h"
#include "cli/state_stats.h"
#include "cli/ttl_options.h"
#include "format/composite_key.h"
#include "format/entry_names.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"

namespace savvy {

// Where the entries come from.
struct KeyedStatsSource {
  std::size_t operator_index;
  std::int32_t subtask;
  std::int32_t max_parallelism;
  const std::vector<KeyedStateSchema>& states;
  std::string_view file;
};

// The figures of a keyed state or timer queue; from the first call on the state is listed, though it
// may have no entries.
StateStats& stats_of(const KeyedStatsSource& source, const KeyedStateSchema& state,
                     const TtlRules& ttl_rules, StatsTable& table);

// Whether a filter lets the entries of a state through.
bool wants_keyed_state(const RowFilter& filter, const KeyedStateSchema& state);

class KeyedStats {
 public:
  // Figures go to `table`. All arguments outlive this object.
  KeyedStats(const KeyedStatsSource& source, const RowFilter& filter, const TtlRules& ttl_rules,
             StatsTable& table);

  // The next entry of the key group.
  void add(const KeyedEntry& entry);
  // The key group has ended, or what is left of it is damaged.
  void finish() { close_state(); }

 private:
  // The state whose entries come at the moment.
  struct Open {
    std::size_t index;
    const KeyedStateSchema& schema;
    StateStats& stats;
    KeyTally tally;
    TopList<LargestValue> largest_values;  // not yet with their keys as JSON
    std::optional<std::int64_t> ttl_ms;
    std::int32_t key_group;
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
  };

  void open_state(const KeyedEntry& entry);
  void close_state();
  void add_undivided(const KeyedEntry& entry);
  void add_unapplied(const KeyedEntry& entry);
  void add_key(const KeyedEntry& entry, const CompositeKey& key);
  void add_value(const KeyedEntry& entry, const CompositeKey& key);
  void add_list(Bytes value);
  void add_last_access(std::int64_t time_ms);
  void offer_value(const KeyedEntry& entry);
  void close_largest_keys();
  void close_largest_values();
  std::string json_of(const Type& type, Bytes bytes) const;

  const KeyedStatsSource& source_;
  const TtlRules& ttl_rules_;
  StatsTable& table_;
  int prefix_bytes_;
  EntryNames names_;
  std::vector<bool> wanted_;  // by state
  std::optional<Open> open_;
};

}  // namespace savvy
