#include "cli/diff_context.h"

#include <compare>
#include <utility>

namespace savvy {
namespace {

constexpr std::size_t kFirstDifferences = 20;
constexpr std::string_view kNothing = "null";

std::strong_ordering compare(const RankedEntries& a, const KeyedEntry& x, const RankedEntries& b,
                             const KeyedEntry& y) {
  const auto states = a.ranks[x.state] <=> b.ranks[y.state];
  return states != 0 ? states : compare_bytes(x.composite_key, y.composite_key);
}

}  // namespace

DiffCounts& DiffRecorder::counts(const RowHeadFields& head) {
  DiffCounts& counts =
      result_.counts[{head.operator_id, head.kind, head.state.value_or(std::string())}];
  if (counts.operator_label.empty()) counts.operator_label = head.operator_label;
  if (counts.state_kind.empty()) counts.state_kind = head.state_kind;
  return counts;
}

void DiffRecorder::add_structure(const DiffRow& row) {
  ++result_.structure_differences;
  hand_on(row);
}

void DiffRecorder::add_entry(DiffCounts& counts, const DiffRow& row) {
  ++result_.entry_differences;
  ++(row.change == ChangeType::kInsert   ? counts.inserted
     : row.change == ChangeType::kDelete ? counts.deleted
                                         : counts.updated);
  hand_on(row);
}

void DiffRecorder::note(const std::string& text) {
  if (noted_.insert(text).second) result_.notes.push_back(text);
}

void DiffRecorder::hand_on(const DiffRow& row) {
  if (result_.first_differences.size() < kFirstDifferences) {
    result_.first_differences.push_back(text_of(row));
  }
  if (!sink_.add(row)) throw StopDiff{};
}

RowHeadFields OperatorDiff::head(std::string kind, std::optional<std::string> state) const {
  RowHeadFields fields;
  fields.operator_label = label;
  fields.operator_id = id;
  fields.kind = std::move(kind);
  fields.state = std::move(state);
  return fields;
}

bool OperatorDiff::same_key_groups() const {
  return before.op == nullptr || after.op == nullptr ||
         before.op->max_parallelism == after.op->max_parallelism;
}

DiffRow make_row(ChangeType change, const RowHeadFields& head, RowCells cells) {
  DiffRow row;
  row.change = change;
  row.head = head;
  row.cells = std::move(cells);
  return row;
}

ChangeType change_of(Side only) {
  return only == Side::kBefore ? ChangeType::kDelete : ChangeType::kInsert;
}

DiffRow one_sided_row(Side only, const RowHeadFields& head, RowCells cells) {
  DiffRow row = make_row(change_of(only), head, std::move(cells));
  const std::string value = row.cells.value();
  if (!value.empty()) {
    row.before = row.after = kNothing;
    (only == Side::kBefore ? row.before : row.after) = value;
    (only == Side::kBefore ? row.ttl_before : row.ttl_after) = row.cells[Column::kTtlTimestamp];
  }
  row.cells.clear_value();
  return row;
}

void merge_entries(RankedEntries before, RankedEntries after, EntryMerge& merge) {
  KeyedEntry a;
  KeyedEntry b;
  bool has_a = before.entries.next(a);
  bool has_b = after.entries.next(b);
  while (has_a || has_b) {
    auto order = has_a ? std::strong_ordering::less : std::strong_ordering::greater;
    if (has_a && has_b) order = compare(before, a, after, b);
    if (order < 0) {
      merge.only(Side::kBefore, a);
    } else if (order > 0) {
      merge.only(Side::kAfter, b);
    } else {
      merge.both(a, b);
    }
    if (order <= 0) has_a = before.entries.next(a);
    if (order >= 0) has_b = after.entries.next(b);
  }
}

}  // namespace savvy
