// What the parts of a comparison share: the two sides, where differences go, and the merge of
// sorted entries.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "cli/snapshot_diff.h"
#include "format/compare_bytes.h"
#include "format/serializer_registry.h"
#include "readers/entry_sorter.h"

namespace savvy {

enum class Side { kBefore, kAfter };

// Counts what is compared and hands differences on.
class DiffRecorder {
 public:
  explicit DiffRecorder(DiffSink& sink) : sink_(sink) {}

  // Good as long as the recorder.
  DiffCounts& counts(const RowHeadFields& head);
  void add_structure(const DiffRow& row);
  void add_entry(DiffCounts& counts, const DiffRow& row);
  // Says a thing once.
  void note(const std::string& text);

  DiffResult& result() { return result_; }

 private:
  void hand_on(const DiffRow& row);

  DiffSink& sink_;
  DiffResult result_;
  std::unordered_set<std::string> noted_;
};

// Unwinds a comparison whose further rows nobody wants.
struct StopDiff {};

// One operator in one snapshot.
struct DiffSide {
  const Snapshot& snapshot;
  const SerializerRegistry& registry;
  const RocksdbCache& cache;
  const OperatorState* op;  // null: the snapshot lacks it
};

// One operator, which one side may lack.
struct OperatorDiff {
  DiffSide before;
  DiffSide after;
  const DiffOptions& options;
  DiffRecorder& recorder;
  std::string label;
  std::string id;

  const DiffSide& side(Side which) const { return which == Side::kBefore ? before : after; }
  RowHeadFields head(std::string kind, std::optional<std::string> state) const;
  // Key groups have the same numbers on both sides, or one side has none.
  bool same_key_groups() const;
};

// A row of `change` whose value is on the side, or sides, that have one.
DiffRow make_row(ChangeType change, const RowHeadFields& head, RowCells cells);
ChangeType change_of(Side only);
// A row of what one side has alone, with the cells of its dump.
DiffRow one_sided_row(Side only, const RowHeadFields& head, RowCells cells);

// What becomes of sorted entries of two sides.
class EntryMerge {
 public:
  virtual ~EntryMerge() = default;
  virtual void only(Side side, const KeyedEntry& entry) = 0;
  // The same state and key, whatever the values.
  virtual void both(const KeyedEntry& before, const KeyedEntry& after) = 0;
};

// Sorted entries with the ranks of their states, which mean the same on both sides.
struct RankedEntries {
  EntrySorter& entries;
  const std::vector<std::size_t>& ranks;
};

void merge_entries(RankedEntries before, RankedEntries after, EntryMerge& merge);

}  // namespace savvy
