// Raw, channel, coordinator and master state: bytes, compared as the rows of their dump.

#include <fmt/format.h>

#include <map>
#include <utility>

#include "cli/diff_parts.h"
#include "cli/diff_pieces.h"
#include "cli/operator_rows.h"
#include "format/byte_writer.h"
#include "format/errors.h"

namespace savvy {
namespace {

using Slot = std::pair<std::string, std::string>;  // kind, state

// Which states there are to compare; both sides number them alike.
class Slots {
 public:
  explicit Slots(const std::map<Slot, RowHeadFields>& heads) {
    for (const auto& [slot, head] : heads) {
      ranks_[slot] = heads_.size();
      ranks_by_id_.push_back(heads_.size());
      heads_.push_back(head);
    }
  }
  std::size_t rank(const RowHeadFields& head) const {
    return ranks_.at({head.kind, head.state.value_or("")});
  }
  const RowHeadFields& head(std::size_t rank) const { return heads_[rank]; }
  const std::vector<std::size_t>& ranks() const { return ranks_by_id_; }

 private:
  std::map<Slot, std::size_t> ranks_;
  std::vector<std::size_t> ranks_by_id_;
  std::vector<RowHeadFields> heads_;
};

Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string as_text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// Sends rows to a sorter: what is known by a key group or a name under it, the elements of lists
// under themselves, whatever channel or subtask they are in.
class SortedRows final : public CellRows {
 public:
  SortedRows(const Slots& slots, EntrySorter& sorter) : slots_(slots), sorter_(sorter) {}

  void begin(const RowHead& head) override {
    rank_ = slots_.rank(head.fields());
    CellRows::begin(head);
  }
  void end() override {
    CellRows::end();
    const RowCells cells = std::move(take().back());
    const std::string& element = cells[Column::kListValue];
    if (element == kNoBytes) return;
    if (!element.empty()) {
      sorter_.add({rank_, 0, as_bytes(element), {}});
    } else {
      sorter_.add(
          {rank_, 0, as_bytes(cells[Column::kKeyGroup]), as_bytes(cells[Column::kStateValue])});
    }
    ++counts_[slots_.head(rank_).kind];
  }

  std::uint64_t count(const std::string& kind) const {
    const auto found = counts_.find(kind);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  // An empty buffer or partition.
  static constexpr std::string_view kNoBytes = R"({"$base64":""})";

  const Slots& slots_;
  EntrySorter& sorter_;
  std::size_t rank_ = 0;
  std::map<std::string, std::uint64_t> counts_;  // by kind
};

class RawDiff final : public EntryMerge {
 public:
  RawDiff(const OperatorDiff& diff, const Slots& slots)
      : diff_(diff),
        slots_(slots),
        before_(slots.ranks(), {diff.options.memory_bytes / 2, diff.options.temp_directory},
                EntryOrder::kByKeyAndValue),
        after_(slots.ranks(), {diff.options.memory_bytes / 2, diff.options.temp_directory},
               EntryOrder::kByKeyAndValue),
        rows_before_(slots, before_),
        rows_after_(slots, after_) {}

  SortedRows& rows(Side side) { return side == Side::kBefore ? rows_before_ : rows_after_; }
  void merge() { merge_entries({before_, slots_.ranks()}, {after_, slots_.ranks()}, *this); }

  void only(Side side, const KeyedEntry& entry) override {
    const RowHeadFields& head = slots_.head(entry.state);
    DiffCounts& counts = diff_.recorder.counts(head);
    ++(side == Side::kBefore ? counts.entries_before : counts.entries_after);
    RowCells cells;
    if (is_keyed(head)) {
      cells[Column::kKeyGroup] = as_text(entry.composite_key);
      cells[Column::kStateValue] = as_text(entry.value);
    } else {
      cells[Column::kListValue] = as_text(entry.composite_key);
    }
    if (diff_.options.content == RowContent::kKeysOnly) cells.clear_value();
    diff_.recorder.add_entry(counts, one_sided_row(side, head, std::move(cells)));
  }

  void both(const KeyedEntry& before, const KeyedEntry& after) override {
    const RowHeadFields& head = slots_.head(before.state);
    DiffCounts& counts = diff_.recorder.counts(head);
    ++counts.entries_before;
    ++counts.entries_after;
    if (compare_bytes(before.value, after.value) == 0) return;
    RowCells cells;
    cells[Column::kKeyGroup] = as_text(before.composite_key);
    DiffRow row = make_row(ChangeType::kUpdate, head, std::move(cells));
    if (diff_.options.content == RowContent::kWhole) {
      row.before = as_text(before.value);
      row.after = as_text(after.value);
    }
    diff_.recorder.add_entry(counts, row);
  }

 private:
  static bool is_keyed(const RowHeadFields& head) {
    return head.kind != "raw_operator" && head.kind != "channel";
  }

  const OperatorDiff& diff_;
  const Slots& slots_;
  EntrySorter before_;
  EntrySorter after_;
  SortedRows rows_before_;
  SortedRows rows_after_;
};

// Makes rows of one side with `make`.
template <typename Make>
void fill(const OperatorDiff& diff, const DiffSide& side, SortedRows& rows, const Make& make) {
  EmptyCounts empty;
  std::vector<bool> found_keys;
  const RowOptions options;  // whole rows: values decide
  RowTask task{side.snapshot,
               side.registry,
               diff.options.filter,
               options,
               rows,
               [] {},
               [](const std::function<void()>& part) { part(); },
               empty,
               found_keys};
  make(task);
}

void add_operator_rows(RowTask& task, const DiffSide& side) {
  const OperatorState& op = *side.op;
  const RowFilter& filter = task.filter;
  const bool unkeyed = !filter.has_key_groups();
  if (op.coordinator_state && unkeyed && !filter.has_states() && filter.wants_kind("coordinator")) {
    add_coordinator_row(task, op);
  }
  for (const Subtask& subtask : op.subtasks) {
    const SubtaskRef where{op, subtask};
    if (subtask.raw_operator_state && unkeyed && !filter.has_states() &&
        filter.wants_kind("raw_operator")) {
      add_raw_operator_rows(task, where);
    }
    if (!is_null(subtask.raw_keyed_state) && !filter.has_states() &&
        filter.wants_kind("raw_keyed") && !reads_as_timers(side, subtask)) {
      add_raw_keyed_rows(task, where);
    }
    if (unkeyed && filter.wants_kind("channel")) add_channel_rows(task, where);
  }
}

}  // namespace

void diff_raw_state(const OperatorDiff& diff) {
  std::map<Slot, RowHeadFields> heads;
  for (const std::string kind : {"coordinator", "raw_keyed", "raw_operator"}) {
    heads[{kind, ""}] = diff.head(kind, std::nullopt);
  }
  for (const std::string direction : {"input", "result"}) {
    heads[{"channel", direction}] = diff.head("channel", direction);
  }
  const Slots slots(heads);
  RawDiff raw(diff, slots);
  for (const Side side : {Side::kBefore, Side::kAfter}) {
    if (diff.side(side).op == nullptr) continue;
    fill(diff, diff.side(side), raw.rows(side),
         [&](RowTask& task) { add_operator_rows(task, diff.side(side)); });
  }
  if (!diff.same_key_groups() && raw.rows(Side::kBefore).count("raw_keyed") > 0 &&
      raw.rows(Side::kAfter).count("raw_keyed") > 0) {
    throw UnsupportedError(fmt::format(
        "operator {}: raw keyed state cannot be compared under max parallelism {} and {}, which "
        "cut it into other key groups",
        diff.label, diff.before.op->max_parallelism, diff.after.op->max_parallelism));
  }
  raw.merge();
}

void diff_master_state(const OperatorDiff& diff) {
  const RowFilter& filter = diff.options.filter;
  if (!filter.wants_kind("master") || filter.has_operators() || filter.has_key_groups() ||
      filter.has_subtasks()) {
    return;
  }
  std::map<Slot, RowHeadFields> heads;
  for (const DiffSide& side : {diff.before, diff.after}) {
    for (const MasterState& state : side.snapshot.metadata().master_states) {
      heads[{"master", state.name}] = diff.head("master", state.name);
    }
  }
  if (heads.empty()) return;
  const Slots slots(heads);
  RawDiff raw(diff, slots);
  for (const Side side : {Side::kBefore, Side::kAfter}) {
    fill(diff, diff.side(side), raw.rows(side), [](RowTask& task) { add_master_rows(task); });
  }
  raw.merge();
}

}  // namespace savvy
