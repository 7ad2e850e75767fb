// List, union and broadcast state of one operator.
//
// List and union state is what all subtasks hold together, in any order. An element is its
// serialized bytes; where serializer snapshots of one state differ, its text.
// Of broadcast state every subtask holds a copy, of which Flink restores any: the first one is
// compared, and copies that differ from it are told of.

#include <fmt/format.h>

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "cli/diff_parts.h"
#include "format/byte_reader.h"
#include "format/connectors/connector_state.h"
#include "readers/operator_state_stream.h"

namespace savvy {
namespace {

using StreamVisit = std::function<void(const Subtask&, const OperatorStateStream&)>;

void for_each_stream_of(const DiffSide& side, const StreamVisit& visit) {
  if (side.op == nullptr) return;
  std::map<std::int32_t, const Subtask*> subtasks;
  for (const Subtask& subtask : side.op->subtasks) subtasks.emplace(subtask.index, &subtask);
  for (const auto& [index, subtask] : subtasks) {
    const auto& handle = subtask->managed_operator_state;
    if (!handle || holds_no_state(*handle)) continue;
    visit(*subtask,
          OperatorStateStream(side.snapshot.open(handle->delegate), *handle, side.registry));
  }
}

const ByteVector& stored_snapshot(const StateMeta& state, std::string_view role) {
  static const ByteVector none;
  for (const auto& [name, snapshot] : state.serializers) {
    if (name == role) return snapshot.stored;
  }
  return none;
}

// `name` says what the value is a part of; it does not know where it was stored.
std::string value_text(const Type& type, Bytes value, std::string_view name) {
  std::string text;
  JsonSink sink(text, Int64Style::kNumber, nullptr);
  ByteReader in(value, name);
  if (type.decode(in, Extent::kDelimited, sink) == End::kKnown) in.expect_end("the value");
  return text;
}

Bytes text_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view bytes_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TypePtr element_type(const StateMeta& state) {
  return with_connector_layouts(state.name, state.serializer(kValueSerializer));
}

SortMemory half_of(const DiffOptions& options) {
  return {options.memory_bytes / 2, options.temp_directory};
}

// List and union state ----------------------------------------------------------------------------

struct ListSlot {
  RowHeadFields head;
  std::set<ByteVector> snapshots;  // of the element's serializer, on both sides
  TypePtr type;                    // of any stream: asked for only if there is one snapshot
  std::size_t rank = 0;
  bool by_text() const { return snapshots.size() > 1; }
};

class ListDiff final : public EntryMerge {
 public:
  explicit ListDiff(const OperatorDiff& diff) : diff_(diff) {}

  void run() {
    find_states(diff_.before);
    find_states(diff_.after);
    if (slots_.empty()) return;
    std::vector<std::size_t> ranks;
    for (auto& [place, slot] : slots_) {
      slot.rank = ranks.size();
      ranks.push_back(slot.rank);
      by_rank_.push_back(&slot);
    }
    EntrySorter before(ranks, half_of(diff_.options), EntryOrder::kByKeyAndValue);
    EntrySorter after(ranks, half_of(diff_.options), EntryOrder::kByKeyAndValue);
    add_elements(diff_.before, before);
    add_elements(diff_.after, after);
    merge_entries({before, ranks}, {after, ranks}, *this);
  }

  void only(Side side, const KeyedEntry& entry) override {
    const ListSlot& slot = *by_rank_[entry.state];
    DiffCounts& counts = diff_.recorder.counts(slot.head);
    ++(side == Side::kBefore ? counts.entries_before : counts.entries_after);
    RowCells cells;
    if (diff_.options.content == RowContent::kWhole) {
      const std::string name =
          fmt::format("{}: an element of {}", diff_.side(side).snapshot.metadata_path(),
                      slot.head.state.value_or(""));
      cells[Column::kListValue] = slot.by_text()
                                      ? std::string(bytes_text(entry.composite_key))
                                      : value_text(*slot.type, entry.composite_key, name);
    }
    diff_.recorder.add_entry(counts, one_sided_row(side, slot.head, std::move(cells)));
  }

  void both(const KeyedEntry& before, const KeyedEntry&) override {
    DiffCounts& counts = diff_.recorder.counts(by_rank_[before.state]->head);
    ++counts.entries_before;
    ++counts.entries_after;
  }

 private:
  static std::string_view kind_of(const OperatorStateEntry& entry) {
    return entry.mode == DistributionMode::kUnion ? "union" : "list";
  }

  bool wants(const StateMeta& state, std::string_view kind) const {
    return diff_.options.filter.wants_kind(kind) && diff_.options.filter.wants_state(state.name);
  }

  void find_states(const DiffSide& side) {
    for_each_stream_of(side, [&](const Subtask&, const OperatorStateStream& stream) {
      for (const StateMeta& state : stream.head().list_states) {
        const OperatorStateEntry* entry = stream.entry(state.name);
        if (entry == nullptr || !wants(state, kind_of(*entry))) continue;
        const std::string kind(kind_of(*entry));
        ListSlot& slot = slots_[{kind, state.name}];
        slot.head = diff_.head(kind, state.name);
        slot.snapshots.insert(stored_snapshot(state, kValueSerializer));
        slot.type = element_type(state);
      }
    });
  }

  void add_elements(const DiffSide& side, EntrySorter& sorter) {
    for_each_stream_of(side, [&](const Subtask&, const OperatorStateStream& stream) {
      for (const StateMeta& state : stream.head().list_states) {
        const OperatorStateEntry* entry = stream.entry(state.name);
        if (entry == nullptr || !wants(state, kind_of(*entry))) continue;
        const ListSlot& slot = slots_.at({std::string(kind_of(*entry)), state.name});
        const TypePtr type = element_type(state);
        const auto elements = stream.elements(state);
        const std::string name =
            fmt::format("{}: an element of {}", stream.file().name(), state.name);
        while (const std::optional<Bytes> element = elements->next()) {
          if (!slot.by_text()) {
            sorter.add({slot.rank, 0, *element, {}});
            continue;
          }
          const std::string text = value_text(*type, *element, name);
          sorter.add({slot.rank, 0, text_bytes(text), {}});
        }
      }
    });
  }

  const OperatorDiff& diff_;
  std::map<std::pair<std::string, std::string>, ListSlot> slots_;  // by kind and name
  std::vector<const ListSlot*> by_rank_;
};

// Broadcast state ---------------------------------------------------------------------------------

using MapEntryVisit = std::function<void(Bytes key, Bytes value)>;

// The entries of a copy as bytes; one entry without a key where the map cannot be cut.
void for_each_entry(const OperatorStateStream& stream, const StateMeta& state,
                    const MapEntryVisit& visit) {
  std::optional<SectionReader> map = stream.broadcast_map(state);
  if (!map) return;
  const TypePtr key = state.serializer(kKeySerializer);
  const TypePtr value = state.serializer(kValueSerializer);
  if (!key->walkable() || !value->walkable()) return visit({}, map->take_to_end());
  ByteReader& in = map->in();
  const Within place(in, state.name);
  const std::size_t size = decode_broadcast_map_size(in, *key, *value);
  for (std::size_t i = 0; i < size; ++i) {
    in.begin_entry();
    const std::uint64_t start = in.offset();
    key->skip(in);
    const auto key_size = static_cast<std::size_t>(in.offset() - start);
    value->skip(in);
    const Bytes whole = in.bytes_since(start);
    visit(whole.first(key_size), whole.subspan(key_size));
  }
  in.expect_end("the broadcast state");
}

// The same for the same entries in any order.
struct MapDigest {
  std::uint64_t sum = 0;
  std::uint64_t count = 0;

  void add(Bytes key, Bytes value) {
    const std::hash<std::string_view> hash;
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
    sum += (hash(bytes_text(key)) * kOdd) ^ hash(bytes_text(value));
    ++count;
  }
  bool operator==(const MapDigest&) const = default;
};

// The copies of one state on one side.
struct BroadcastCopies {
  const Subtask* first = nullptr;
  MapDigest digest;  // of the first
  StateMeta meta;
  std::vector<std::int32_t> others;  // subtasks whose copy differs
};

// A stream that stays open for the next state, since its head describes all of them.
class OpenCopies {
 public:
  const OperatorStateStream& open(const DiffSide& side, const Subtask& subtask) {
    if (subtask_ == &subtask) return *stream_;
    subtask_ = nullptr;
    const OperatorHandle& handle = *subtask.managed_operator_state;
    stream_.emplace(side.snapshot.open(handle.delegate), handle, side.registry);
    states_.clear();
    for (const StateMeta& state : stream_->head().broadcast_states) {
      states_.try_emplace(state.name, &state);
    }
    subtask_ = &subtask;
    return *stream_;
  }

  // Of the open stream; null if its head does not name it.
  const StateMeta* find(std::string_view name) const {
    const auto found = states_.find(name);
    return found == states_.end() ? nullptr : found->second;
  }

 private:
  const Subtask* subtask_ = nullptr;
  std::optional<OperatorStateStream> stream_;
  std::unordered_map<std::string_view, const StateMeta*> states_;
};

class BroadcastDiff final : public EntryMerge {
 public:
  explicit BroadcastDiff(const OperatorDiff& diff) : diff_(diff) {}

  void run() {
    if (!diff_.options.filter.wants_kind("broadcast")) return;
    find_copies(Side::kBefore);
    find_copies(Side::kAfter);
    for (auto& [name, sides] : states_) compare(name, sides);
  }

  void only(Side side, const KeyedEntry& entry) override {
    DiffCounts& counts = diff_.recorder.counts(head_);
    ++(side == Side::kBefore ? counts.entries_before : counts.entries_after);
    RowCells cells = render(side, entry);
    if (diff_.options.content == RowContent::kKeysOnly) cells.clear_value();
    diff_.recorder.add_entry(counts, one_sided_row(side, head_, std::move(cells)));
  }

  void both(const KeyedEntry& before, const KeyedEntry& after) override {
    DiffCounts& counts = diff_.recorder.counts(head_);
    ++counts.entries_before;
    ++counts.entries_after;
    if (compare_bytes(before.value, after.value) == 0) return;
    const RowCells old = render(Side::kBefore, before);
    RowCells cells = render(Side::kAfter, after);
    if (text_decides() && old.value() == cells.value()) return;
    DiffRow row = make_row(ChangeType::kUpdate, head_, {});
    if (diff_.options.content == RowContent::kWhole) {
      row.before = old.value();
      row.after = cells.value();
    }
    cells.clear_value();
    row.cells = std::move(cells);
    diff_.recorder.add_entry(counts, row);
  }

 private:
  using Sides = std::array<BroadcastCopies, 2>;

  void find_copies(Side side) {
    const auto index = static_cast<std::size_t>(side);
    for_each_stream_of(diff_.side(side), [&](const Subtask& subtask,
                                             const OperatorStateStream& stream) {
      for (const StateMeta& state : stream.head().broadcast_states) {
        if (!diff_.options.filter.wants_state(state.name) || stream.entry(state.name) == nullptr) {
          continue;
        }
        MapDigest digest;
        for_each_entry(stream, state, [&](Bytes key, Bytes value) { digest.add(key, value); });
        BroadcastCopies& copies = states_[state.name][index];
        if (copies.first == nullptr) {
          copies = {&subtask, digest, state, {}};
        } else if (copies.digest != digest) {
          copies.others.push_back(subtask.index);
        }
      }
    });
  }

  void compare(const std::string& name, Sides& sides) {
    sides_ = &sides;
    head_ = diff_.head("broadcast", name);
    for (const Side side : {Side::kBefore, Side::kAfter}) note_copies(side);
    const std::vector<std::size_t> ranks = {0};
    EntrySorter before(ranks, half_of(diff_.options), EntryOrder::kByKeyAndValue);
    EntrySorter after(ranks, half_of(diff_.options), EntryOrder::kByKeyAndValue);
    add_entries(Side::kBefore, before);
    add_entries(Side::kAfter, after);
    merge_entries({before, ranks}, {after, ranks}, *this);
  }

  const BroadcastCopies& copies(Side side) const {
    return (*sides_)[static_cast<std::size_t>(side)];
  }

  void note_copies(Side side) const {
    if (copies(side).others.empty()) return;
    diff_.recorder.note(fmt::format(
        "{}: broadcast state \"{}\" of operator {}: the copies of {} subtasks, the first of them "
        "{}, differ from that of subtask {}, which is compared",
        diff_.side(side).snapshot.metadata_path(), head_.state.value_or(""), diff_.label,
        copies(side).others.size(), copies(side).others.front(), copies(side).first->index));
  }

  void add_entries(Side side, EntrySorter& sorter) {
    const Subtask* subtask = copies(side).first;
    if (subtask == nullptr) return;
    OpenCopies& opened = open_[static_cast<std::size_t>(side)];
    const OperatorStateStream& stream = opened.open(diff_.side(side), *subtask);
    const StateMeta* state = opened.find(head_.state.value_or(""));
    if (state == nullptr) return;
    for_each_entry(stream, *state, [&](Bytes key, Bytes value) { sorter.add({0, 0, key, value}); });
  }

  RowCells render(Side side, const KeyedEntry& entry) const {
    const StateMeta& meta = copies(side).meta;
    const std::string name =
        fmt::format("{}: an entry of {}", diff_.side(side).snapshot.metadata_path(), meta.name);
    const TypePtr key = meta.serializer(kKeySerializer);
    const TypePtr value = meta.serializer(kValueSerializer);
    RowCells cells;
    if (key->walkable() && value->walkable()) {
      cells[Column::kMapKey] = value_text(*key, entry.composite_key, name);
      cells[Column::kMapValue] = value_text(*value, entry.value, name);
      return cells;
    }
    JsonSink(cells[Column::kStateValue], Int64Style::kNumber, nullptr)
        .opaque(entry.value, fmt::format("{} -> {}", key->describe().name, value->describe().name),
                "the key's or value's type is not known, so the map cannot be cut");
    return cells;
  }

  bool text_decides() const {
    return stored_snapshot(copies(Side::kBefore).meta, kValueSerializer) !=
           stored_snapshot(copies(Side::kAfter).meta, kValueSerializer);
  }

  const OperatorDiff& diff_;
  std::map<std::string, Sides> states_;
  RowHeadFields head_;
  const Sides* sides_ = nullptr;
  std::array<OpenCopies, 2> open_;  // by side
};

}  // namespace

void diff_operator_state(const OperatorDiff& diff) {
  if (diff.options.filter.has_key_groups()) return;
  ListDiff(diff).run();
  BroadcastDiff(diff).run();
}

}  // namespace savvy
