// Keyed state of one operator: both sides sorted by state and key, then merged.
//
// With equal max parallelism one key group after another, several of them read and sorted ahead by
// other threads. Where the numbers of key groups differ, all entries of the operator are sorted
// without theirs.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <future>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "cli/diff_parts.h"
#include "cli/diff_pieces.h"
#include "cli/helping_threads.h"
#include "format/byte_units.h"
#include "format/composite_key.h"
#include "format/errors.h"
#include "format/interruption.h"
#include "format/key_groups.h"
#include "format/same_type.h"

namespace savvy {
namespace {

// Key groups are sorted together until they have this many bytes to read.
constexpr std::uint64_t kBatchBytes = kMiB;

constexpr std::string_view kAlike =
    "values of state \"{}\" of operator {} differ in their bytes and look alike as text";

bool is_timer(const KeyedStateSchema& state) { return state.kind == KeyedStateKind::kTimer; }

// Kind and name of a state: by name, as rows come out.
using StateName = std::pair<std::string, bool>;  // name, whether it is a timer queue
StateName name_of(const KeyedStateSchema& state) { return {state.name, is_timer(state)}; }

// Numbers the states of several streams through. The streams of one side may describe one state in
// different words.
class StateTable {
 public:
  void add(std::shared_ptr<const StreamStates> stream) {
    first_ids_.push_back(places_.size());
    for (std::size_t i = 0; i < stream->states.size(); ++i) places_.push_back({stream.get(), i});
    streams_.push_back(std::move(stream));
  }

  struct Place {
    const StreamStates* stream;
    std::size_t state;
    const KeyedStateSchema& schema() const { return stream->states[state]; }
  };
  const Place& at(std::size_t id) const { return places_[id]; }
  const std::vector<Place>& places() const { return places_; }
  std::size_t first_id(std::size_t stream) const { return first_ids_[stream]; }

 private:
  std::vector<std::shared_ptr<const StreamStates>> streams_;
  std::vector<std::size_t> first_ids_;
  std::vector<Place> places_;
};

// One side of what is compared at a time.
struct SortedSide {
  StateTable table;
  std::vector<std::size_t> ranks;  // by id of the table
  std::unique_ptr<EntrySorter> sorter;
};

// Both sides, with the states they hold in the order of ranks.
struct SortedPair {
  std::array<SortedSide, 2> sides;
  std::vector<RowHeadFields> heads;  // by rank
  std::optional<std::int32_t> key_group;

  SortedSide& side(Side which) { return sides[static_cast<std::size_t>(which)]; }
};

// Ranks that mean the same on both sides; the tables are filled.
void rank_states(SortedPair& pair, const OperatorDiff& diff, const SortMemory& memory) {
  std::map<StateName, std::size_t> ranks;
  for (const SortedSide& side : pair.sides) {
    for (const StateTable::Place& place : side.table.places()) ranks[name_of(place.schema())] = 0;
  }
  for (auto& [name, rank] : ranks) {
    rank = pair.heads.size();
    pair.heads.push_back(diff.head(name.second ? "timer" : "keyed", name.first));
  }
  for (SortedSide& side : pair.sides) {
    for (const StateTable::Place& place : side.table.places()) {
      const std::size_t rank = ranks[name_of(place.schema())];
      side.ranks.push_back(rank);
      pair.heads[rank].state_kind = to_string(place.schema().kind);
    }
    side.sorter = std::make_unique<EntrySorter>(side.ranks, memory, EntryOrder::kByKeyAndValue);
  }
}

// Moves entries of one key group into a sorter, under the ids of a table and without the key
// group's number.
void add_entries(const KeyedSource& source, const KeyGroupSection& section, int prefix_bytes,
                 std::size_t first_id, const std::vector<bool>& wanted, EntrySorter& sorter,
                 const std::atomic<bool>* interrupted) {
  check_interrupt(interrupted);
  const auto reader = source.open(section);
  KeyedEntry entry;
  while (reader->next(entry)) {
    // What is undivided may hold any state behind its own.
    if (!wanted[entry.state] && !entry.undivided) continue;
    entry.state += first_id;
    if (!entry.composite_key.empty()) {
      entry.composite_key = entry.composite_key.subspan(static_cast<std::size_t>(prefix_bytes));
    }
    sorter.add(entry);
  }
}

std::vector<bool> wanted_states(const StreamStates& stream, const RowFilter& filter) {
  std::vector<bool> wanted;
  for (const KeyedStateSchema& state : stream.states) {
    wanted.push_back(filter.wants_state(state.name) &&
                     filter.wants_kind(is_timer(state) ? "timer" : "keyed"));
  }
  return wanted;
}

bool same_states(const StreamStates& a, const StreamStates& b) {
  return std::equal(a.states.begin(), a.states.end(), b.states.begin(), b.states.end(),
                    [](const auto& x, const auto& y) { return name_of(x) == name_of(y); });
}

// Compares the entries of a pair.
class KeyedMerge final : public EntryMerge {
 public:
  KeyedMerge(const OperatorDiff& diff, SortedPair& pair)
      : diff_(diff), pair_(pair), strict_(undivided_state() != nullptr) {
    counts_.assign(pair.heads.size(), nullptr);
  }

  void run() {
    merge_entries({*pair_.sides[0].sorter, pair_.sides[0].ranks},
                  {*pair_.sides[1].sorter, pair_.sides[1].ranks}, *this);
  }

  void only(Side side, const KeyedEntry& entry) override {
    const std::size_t rank = pair_.side(side).ranks[entry.state];
    DiffCounts& counts = this->counts(rank);
    ++(side == Side::kBefore ? counts.entries_before : counts.entries_after);
    if (strict_ && has_other(side)) refuse(rank, entry);
    for (RowCells& cells : render(side, entry, diff_.options.content)) {
      diff_.recorder.add_entry(counts, one_sided_row(side, pair_.heads[rank], std::move(cells)));
    }
  }

  void both(const KeyedEntry& before, const KeyedEntry& after) override {
    const std::size_t rank = pair_.sides[0].ranks[before.state];
    DiffCounts& counts = this->counts(rank);
    ++counts.entries_before;
    ++counts.entries_after;
    const StateTable::Place& a = pair_.sides[0].table.at(before.state);
    const StateTable::Place& b = pair_.sides[1].table.at(after.state);
    if (strict_) check_comparable(rank, before, after, a, b);
    if (std::equal(before.value.begin(), before.value.end(), after.value.begin(),
                   after.value.end())) {
      return;
    }
    if (is_timer(a.schema())) return;
    compare_rows(rank, render(Side::kBefore, before, RowContent::kWhole),
                 render(Side::kAfter, after, RowContent::kWhole), text_decides(a, b));
  }

 private:
  DiffCounts& counts(std::size_t rank) {
    if (counts_[rank] == nullptr) counts_[rank] = &diff_.recorder.counts(pair_.heads[rank]);
    return *counts_[rank];
  }

  bool has_other(Side side) const {
    return (side == Side::kBefore ? diff_.after : diff_.before).op != nullptr;
  }

  // Of the first entry that holds the rest of its key group, if there is one.
  const KeyedStateSchema* undivided_state() const {
    for (const SortedSide& side : pair_.sides) {
      const std::optional<std::size_t> state = side.sorter->undivided_state();
      if (state) return &side.table.at(*state).schema();
    }
    return nullptr;
  }

  // `entry` is one that has no counterpart, which may be among the bytes.
  [[noreturn]] void refuse(std::size_t rank, const KeyedEntry& entry) const {
    const std::string& name = undivided_state()->name;
    const std::string other = pair_.heads[rank].state.value_or("");
    throw UnsupportedError(fmt::format(
        "operator {} state \"{}\" key group {}: its type is not known and has no known length in "
        "the heap layout, so that entries behind it{} cannot be told apart, and the two snapshots "
        "do not hold the same bytes",
        diff_.label, name, entry.key_group,
        other == name ? "" : fmt::format(", of state \"{}\" for example,", other)));
  }

  // Undivided bytes say something only beside those of a stream that numbers its states alike.
  void check_comparable(std::size_t rank, const KeyedEntry& before, const KeyedEntry& after,
                        const StateTable::Place& a, const StateTable::Place& b) const {
    if (before.undivided != after.undivided) refuse(rank, before);
    if (before.undivided && (!same_states(*a.stream, *b.stream) || !diff_.same_key_groups())) {
      refuse(rank, before);
    }
  }

  // Different bytes may be one value: where the sides describe its type differently, and in maps
  // that are kept with and without what stands beside a null.
  static bool text_decides(const StateTable::Place& a, const StateTable::Place& b) {
    const KeyedStateSchema& x = a.schema();
    const KeyedStateSchema& y = b.schema();
    if (x.kind == KeyedStateKind::kMap) return x.v2 || y.v2 || !same_type(x.value, y.value);
    return x.kind != y.kind || x.ttl != y.ttl || !same_type(x.value, y.value);
  }

  std::vector<RowCells> render(Side side, const KeyedEntry& entry, RowContent content) {
    const StateTable::Place& place = pair_.side(side).table.at(entry.state);
    KeyedEntry whole = entry;
    whole.state = place.state;
    key_.clear();
    if (!entry.undivided || !entry.composite_key.empty()) {
      append_key_group(entry.key_group, place.stream->prefix_bytes, key_);
      key_.insert(key_.end(), entry.composite_key.begin(), entry.composite_key.end());
    }
    whole.composite_key = key_;
    static const RowFilter all{RowFilterOptions{}};
    KeyedRows(place.stream->states, place.stream->heads, all, content, place.stream->prefix_bytes,
              place.stream->file, cells_)
        .add(whole);
    std::vector<RowCells> rows = cells_.take();
    // Where the sides number key groups differently, none is common to them.
    if (!pair_.key_group) {
      for (RowCells& cells : rows) cells[Column::kKeyGroup].clear();
    }
    return rows;
  }

  void compare_rows(std::size_t rank, std::vector<RowCells> before, std::vector<RowCells> after,
                    bool text_decides) {
    DiffCounts& counts = this->counts(rank);
    const std::size_t common = std::min(before.size(), after.size());
    bool differs = before.size() != after.size();
    for (std::size_t i = 0; i < common; ++i) differs |= !same_value(before[i], after[i]);
    if (!differs && is_null_map_value(before, after)) return;
    if (!differs && text_decides) return;
    if (!differs)
      diff_.recorder.note(fmt::format(kAlike, pair_.heads[rank].state.value_or(""), diff_.label));
    for (std::size_t i = 0; i < common; ++i) {
      if (differs && same_value(before[i], after[i])) continue;
      diff_.recorder.add_entry(counts, update_row(rank, before[i], std::move(after[i])));
    }
    for (std::size_t i = common; i < before.size(); ++i) {
      diff_.recorder.add_entry(counts, extra_row(Side::kBefore, rank, std::move(before[i])));
    }
    for (std::size_t i = common; i < after.size(); ++i) {
      diff_.recorder.add_entry(counts, extra_row(Side::kAfter, rank, std::move(after[i])));
    }
  }

  static bool same_value(const RowCells& a, const RowCells& b) {
    return a.value() == b.value() && a[Column::kTtlTimestamp] == b[Column::kTtlTimestamp];
  }

  static bool is_null_map_value(const std::vector<RowCells>& before,
                                const std::vector<RowCells>& after) {
    return before.size() == 1 && after.size() == 1 && before[0][Column::kMapValue] == "null" &&
           after[0][Column::kMapValue] == "null";
  }

  DiffRow update_row(std::size_t rank, const RowCells& before, RowCells after) const {
    DiffRow row = make_row(ChangeType::kUpdate, pair_.heads[rank], {});
    if (diff_.options.content == RowContent::kWhole) {
      row.before = before.value();
      row.after = after.value();
      row.ttl_before = before[Column::kTtlTimestamp];
      row.ttl_after = after[Column::kTtlTimestamp];
    }
    after.clear_value();
    row.cells = std::move(after);
    return row;
  }

  DiffRow extra_row(Side side, std::size_t rank, RowCells cells) const {
    if (diff_.options.content == RowContent::kKeysOnly) cells.clear_value();
    return one_sided_row(side, pair_.heads[rank], std::move(cells));
  }

  const OperatorDiff& diff_;
  SortedPair& pair_;
  bool strict_;
  std::vector<DiffCounts*> counts_;  // by rank
  CellRows cells_;
  ByteVector key_;
};

// Reads the key groups of both sides in step.
class KeyGroupWalk {
 public:
  explicit KeyGroupWalk(const OperatorDiff& diff)
      : diff_(diff),
        memory_{diff.options.memory_bytes / 2 / (diff.options.jobs + 1),
                diff.options.temp_directory},
        pieces_{pieces_of(diff.before, diff.options), pieces_of(diff.after, diff.options)} {}

  void run() {
    std::int32_t key_group = first_key_group();
    const std::int32_t end = end_key_group();
    while (key_group < end || !ahead_.empty()) {
      while (key_group < end && ahead_.size() < diff_.options.jobs) {
        key_group = start_batch(key_group, end);
      }
      if (ahead_.empty()) continue;
      finish(ahead_.front());
      ahead_.pop_front();
    }
  }

  // All key groups at once.
  void run_whole() {
    memory_.budget_bytes = diff_.options.memory_bytes / 2;
    SortedPair pair;
    for (const Side side : {Side::kBefore, Side::kAfter}) {
      for (const KeyedPiece& piece : pieces(side)) {
        pair.side(side).table.add(open_piece(piece).states);
      }
    }
    rank_states(pair, diff_, memory_);
    {
      auto other = start_task([&] { load_whole(Side::kAfter, pair); }, diff_.options.jobs > 1);
      load_whole(Side::kBefore, pair);
      other.get();
    }
    KeyedMerge(diff_, pair).run();
  }

 private:
  // Sorted pairs of key groups, being loaded.
  struct Batch {
    std::vector<std::unique_ptr<SortedPair>> pairs;
    std::vector<std::function<void()>> loads;
    std::future<void> loaded;
  };

  const std::vector<KeyedPiece>& pieces(Side side) const {
    return pieces_[static_cast<std::size_t>(side)];
  }

  std::int32_t first_key_group() const {
    std::int32_t first = std::numeric_limits<std::int32_t>::max();
    for (const auto& pieces : pieces_) {
      for (const KeyedPiece& piece : pieces) first = std::min(first, piece.range.first);
    }
    return first;
  }

  std::int32_t end_key_group() const {
    std::int32_t end = 0;
    for (const auto& pieces : pieces_) {
      for (const KeyedPiece& piece : pieces) end = std::max(end, piece.range.end());
    }
    return end;
  }

  // Streams are opened when their first key group comes, and closed behind their last.
  std::shared_ptr<const OpenedKeyed> opened(Side side, std::size_t piece) {
    auto& slot = opened_[static_cast<std::size_t>(side)][piece];
    if (slot == nullptr) {
      slot = std::make_shared<const OpenedKeyed>(open_piece(pieces(side)[piece]));
    }
    return slot;
  }

  void close_before(std::int32_t key_group) {
    for (const Side side : {Side::kBefore, Side::kAfter}) {
      std::erase_if(opened_[static_cast<std::size_t>(side)], [&](const auto& entry) {
        return pieces(side)[entry.first].range.end() <= key_group;
      });
    }
  }

  // Starts to load key groups from `key_group` on; returns the first one behind them.
  std::int32_t start_batch(std::int32_t key_group, std::int32_t end) {
    Batch batch;
    std::uint64_t bytes = 0;
    while (key_group < end && bytes < kBatchBytes) {
      if (diff_.options.filter.wants_key_group(key_group)) bytes += add_pair(key_group, batch);
      ++key_group;
      close_before(key_group);
    }
    if (batch.pairs.empty()) return key_group;
    // Shared: a task that gets no thread is copied.
    const auto loads =
        std::make_shared<const std::vector<std::function<void()>>>(std::move(batch.loads));
    batch.loaded = start_task(
        [loads] {
          for (const auto& load : *loads) load();
        },
        diff_.options.jobs > 1);
    ahead_.push_back(std::move(batch));
    return key_group;
  }

  // The bytes that both sides of a key group have to read; without any, nothing is added.
  std::uint64_t add_pair(std::int32_t key_group, Batch& batch) {
    auto pair = std::make_unique<SortedPair>();
    pair->key_group = key_group;
    std::uint64_t bytes = 0;
    std::vector<std::function<void()>> loads;
    for (const Side side : {Side::kBefore, Side::kAfter}) {
      std::size_t stream = 0;
      for (std::size_t i = 0; i < pieces(side).size(); ++i) {
        if (!pieces(side)[i].range.contains(key_group)) continue;
        const auto source = opened(side, i);
        const KeyGroupSection* section = find_section(*source->source, key_group);
        if (section == nullptr || section->size_bytes == 0) continue;
        bytes += section->size_bytes;
        pair->side(side).table.add(source->states);
        loads.emplace_back([this, source, section, stream, &side_state = pair->side(side)] {
          load(*source, *section, stream, side_state);
        });
        ++stream;
      }
    }
    if (loads.empty()) return 0;
    rank_states(*pair, diff_, memory_);
    loads.emplace_back([&pair = *pair] {
      for (SortedSide& side : pair.sides) side.sorter->load();
    });
    std::move(loads.begin(), loads.end(), std::back_inserter(batch.loads));
    batch.pairs.push_back(std::move(pair));
    return bytes;
  }

  static const KeyGroupSection* find_section(const KeyedSource& source, std::int32_t key_group) {
    const auto& sections = source.sections();
    const auto found = std::lower_bound(sections.begin(), sections.end(), key_group,
                                        [](const KeyGroupSection& section, std::int32_t group) {
                                          return section.key_group < group;
                                        });
    return found == sections.end() || found->key_group != key_group ? nullptr : &*found;
  }

  void load(const OpenedKeyed& opened, const KeyGroupSection& section, std::size_t stream,
            SortedSide& side) const {
    add_entries(*opened.source, section, opened.states->prefix_bytes, side.table.first_id(stream),
                wanted_states(*opened.states, diff_.options.filter), *side.sorter,
                diff_.options.interrupted);
  }

  void load_whole(Side which, SortedPair& pair) const {
    SortedSide& side = pair.side(which);
    for (std::size_t i = 0; i < pieces(which).size(); ++i) {
      const OpenedKeyed opened = open_piece(pieces(which)[i]);
      for (const KeyGroupSection& section : opened.source->sections()) {
        if (section.size_bytes == 0 || !diff_.options.filter.wants_key_group(section.key_group)) {
          continue;
        }
        load(opened, section, i, side);
      }
    }
    side.sorter->load();
  }

  void finish(Batch& batch) {
    batch.loaded.get();
    for (const auto& pair : batch.pairs) {
      KeyedMerge(diff_, *pair).run();
      for (SortedSide& side : pair->sides) side.sorter.reset();
    }
  }

  const OperatorDiff& diff_;
  SortMemory memory_;
  std::array<std::vector<KeyedPiece>, 2> pieces_;
  std::array<std::map<std::size_t, std::shared_ptr<const OpenedKeyed>>, 2> opened_;
  std::deque<Batch> ahead_;
};

}  // namespace

void diff_keyed_state(const OperatorDiff& diff) {
  const RowFilter& filter = diff.options.filter;
  if (!filter.wants_kind("keyed") && !filter.wants_kind("timer")) return;
  if (filter.has_key_groups() && !diff.same_key_groups()) {
    throw UnsupportedError(fmt::format(
        "operator {}: max parallelism {} before and {} after number key groups differently, so "
        "none can be chosen",
        diff.label, diff.before.op->max_parallelism, diff.after.op->max_parallelism));
  }
  KeyGroupWalk walk(diff);
  if (diff.same_key_groups()) {
    walk.run();
  } else {
    walk.run_whole();
  }
}

}  // namespace savvy
