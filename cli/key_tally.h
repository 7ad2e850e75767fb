// The different keys of one state in one key group, and the largest of them, in bounded memory.
//
// A key lives in one key group, so a tally ends with its key group and nothing is counted twice.
//
// Values  exact while the keys fit the memory, and beyond it as long as they come in ascending order
//         (as RocksDB stores them), since then a key's entries stand together. Otherwise, beyond it,
//         the count is an estimate (distinct_sketch.h), and the bytes of a key may be too small
// Lives   a view of nothing; keys are copied

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cli/distinct_sketch.h"
#include "cli/top_list.h"
#include "format/bytes.h"

namespace savvy {

struct KeyTotal {
  std::string key;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;

  static bool before(const KeyTotal& a, const KeyTotal& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.key < b.key;
  }
};

// A count, and whether it is one or an estimate.
struct KeyCount {
  std::uint64_t value = 0;
  bool exact = true;
};

class KeyTally {
 public:
  KeyTally(std::size_t budget_bytes, std::size_t top_count)
      : budget_bytes_(budget_bytes), limit_bytes_(budget_bytes), top_count_(top_count) {}

  // An entry of this key.
  void add(Bytes key, std::uint64_t entry_bytes);

  KeyCount count() const;
  // Largest first.
  std::vector<KeyTotal> largest() const;
  bool largest_exact() const { return !sketch_ || ascending_; }

 private:
  struct Total {
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const;
  };
  using Table = std::unordered_map<std::string, Total, Hash, std::equal_to<>>;

  Table::value_type& find_or_add(std::string_view key);
  void make_room();
  std::size_t larger_keys(std::vector<Table::iterator>& keys) const;

  std::size_t budget_bytes_;
  std::size_t limit_bytes_;
  std::size_t top_count_;
  Table table_;
  std::size_t table_bytes_ = 0;
  Table::value_type* last_ = nullptr;  // the key of the last entry
  bool ascending_ = true;
  std::uint64_t runs_ = 0;                // of entries of the same key
  std::optional<DistinctSketch> sketch_;  // all keys, once the table has lost some
};

}  // namespace savvy
