// What `stats` knows of one state of one operator, and of all of them.
//
// Values  an entry is a map's entry, an element of list and union state, else one value, list or
//         timer; its bytes are those of its composite key and value as the canonical layout has them
// Lives   values; several threads each fill a StatsTable, and merging these gives the same whatever
//         thread met which entry

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "cli/key_tally.h"
#include "cli/size_figures.h"
#include "cli/top_list.h"

namespace savvy {

// A key with all its entries of one state.
struct LargestKey {
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::int32_t key_group = 0;
  std::string stored_key;
  std::string key_json;

  static bool before(const LargestKey& a, const LargestKey& b) {
    return std::tie(b.bytes, a.key_group, a.stored_key) <
           std::tie(a.bytes, b.key_group, b.stored_key);
  }
};

struct LargestValue {
  std::uint64_t bytes = 0;
  std::int32_t key_group = 0;
  std::string composite_key;
  std::string key_json;
  std::string namespace_json;  // empty: void
  std::string map_key_json;    // empty: no map

  static bool before(const LargestValue& a, const LargestValue& b) {
    return std::tie(b.bytes, a.key_group, a.composite_key) <
           std::tie(a.bytes, b.key_group, b.composite_key);
  }
};

// The first and last of some times in milliseconds.
struct TimeRange {
  std::optional<std::int64_t> min_ms;
  std::optional<std::int64_t> max_ms;

  void add(std::int64_t time_ms) {
    min_ms = std::min(min_ms.value_or(time_ms), time_ms);
    max_ms = std::max(max_ms.value_or(time_ms), time_ms);
  }
  void merge(const TimeRange& other);
};

// How entries and bytes spread over key groups.
class KeyGroupFigures {
 public:
  // The key group with most of something; the first of equals.
  struct Peak {
    std::uint64_t size = 0;
    std::int32_t key_group = 0;
  };
  static constexpr std::size_t kBars = 32;

  // All that the state has in a key group, of so many that the operator has.
  void add(std::int32_t key_group, std::int32_t max_parallelism, std::uint64_t entries,
           std::uint64_t bytes);
  void merge(const KeyGroupFigures& other);

  std::uint64_t used() const { return used_; }
  const Peak& entries_peak() const { return entries_peak_; }
  const Peak& bytes_peak() const { return bytes_peak_; }
  // Entries by stretches of neighbouring key groups, of which there are bar_count().
  const std::array<std::uint64_t, kBars>& bars() const { return bars_; }
  static std::size_t bar_count(std::int32_t max_parallelism);

 private:
  std::uint64_t used_ = 0;
  Peak entries_peak_;
  Peak bytes_peak_;
  std::array<std::uint64_t, kBars> bars_{};
};

// Values with a last access time: each value, map entry, list element.
struct TtlFigures {
  std::uint64_t values = 0;
  TimeRange last_access;
  std::optional<std::int64_t> ttl_ms;  // as asked about
  std::uint64_t expired = 0;
};

struct SubtaskFigures {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t key_groups = 0;
};

// Something that could not be told apart, and so is missing from some figures.
struct Undecoded {
  std::string part;  // what the figures lack
  std::string type;  // the serializer because of which
  std::string reason;

  auto operator<=>(const Undecoded&) const = default;
};
struct UndecodedCount {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

struct StateStats {
  explicit StateStats(std::size_t top_count) : largest_keys(top_count), largest_values(top_count) {}

  // Counts an entry of a subtask; 0 stands for a part that it does not have.
  void add_entry(std::int32_t subtask, std::uint64_t entry_key_bytes,
                 std::uint64_t entry_value_bytes);
  void add_undecoded(Undecoded what, std::uint64_t bytes);
  void merge(StateStats&& other);

  std::uint64_t entries() const { return value_bytes.count(); }
  std::uint64_t bytes() const { return key_bytes.total() + value_bytes.total(); }

  std::string state_kind;
  std::map<std::int32_t, SubtaskFigures> subtasks;
  SizeFigures key_bytes;
  SizeFigures value_bytes;
  std::optional<SizeFigures> elements;  // of each list
  std::optional<KeyCount> keys;         // nothing for state without keys that are known
  KeyGroupFigures key_groups;
  TopList<LargestKey> largest_keys;
  bool largest_keys_exact = true;
  TopList<LargestValue> largest_values;
  TimeRange timers;
  std::optional<TtlFigures> ttl;
  std::map<Undecoded, UndecodedCount> undecoded;
  std::uint64_t empty_collections = 0;
};

// Where a state is: the index of its operator in the metadata, kind and name, in output order.
struct StatsPlace {
  static constexpr std::size_t kNoOperator = static_cast<std::size_t>(-1);

  std::size_t operator_index = 0;
  std::string kind;
  std::string state;

  bool operator<(const StatsPlace& other) const;
};

class StatsTable {
 public:
  explicit StatsTable(std::size_t top_count) : top_count_(top_count) {}

  std::size_t top_count() const { return top_count_; }
  // A state's figures, empty at first.
  StateStats& at(const StatsPlace& place);
  void merge(StatsTable&& other);
  const std::map<StatsPlace, StateStats>& states() const { return states_; }

 private:
  std::size_t top_count_;
  std::map<StatsPlace, StateStats> states_;
};

}  // namespace savvy
