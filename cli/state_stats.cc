#include "cli/state_stats.h"

#include <string_view>

namespace savvy {
namespace {

constexpr std::array<std::string_view, 10> kKindOrder = {
    "keyed",     "timer",        "list",    "union",       "broadcast",
    "raw_keyed", "raw_operator", "channel", "coordinator", "master"};

std::size_t rank_of_kind(std::string_view kind) {
  return static_cast<std::size_t>(std::find(kKindOrder.begin(), kKindOrder.end(), kind) -
                                  kKindOrder.begin());
}

void raise(KeyGroupFigures::Peak& peak, const KeyGroupFigures::Peak& other) {
  const bool higher = other.size > peak.size;
  const bool earlier = other.size == peak.size && other.key_group < peak.key_group;
  if (other.size > 0 && (higher || earlier)) peak = other;
}

void merge_ttl(TtlFigures& into, const TtlFigures& other) {
  into.values += other.values;
  into.last_access.merge(other.last_access);
  into.expired += other.expired;
  if (other.ttl_ms) into.ttl_ms = other.ttl_ms;
}

}  // namespace

void TimeRange::merge(const TimeRange& other) {
  if (other.min_ms) add(*other.min_ms);
  if (other.max_ms) add(*other.max_ms);
}

void KeyGroupFigures::add(std::int32_t key_group, std::int32_t max_parallelism,
                          std::uint64_t entries, std::uint64_t bytes) {
  ++used_;
  raise(entries_peak_, {entries, key_group});
  raise(bytes_peak_, {bytes, key_group});
  const std::size_t bar = static_cast<std::size_t>(key_group) * bar_count(max_parallelism) /
                          static_cast<std::size_t>(max_parallelism);
  bars_[std::min(bar, kBars - 1)] += entries;
}

void KeyGroupFigures::merge(const KeyGroupFigures& other) {
  used_ += other.used_;
  raise(entries_peak_, other.entries_peak_);
  raise(bytes_peak_, other.bytes_peak_);
  for (std::size_t i = 0; i < kBars; ++i) bars_[i] += other.bars_[i];
}

std::size_t KeyGroupFigures::bar_count(std::int32_t max_parallelism) {
  return std::min(kBars, static_cast<std::size_t>(max_parallelism));
}

void StateStats::add_entry(std::int32_t subtask, std::uint64_t entry_key_bytes,
                           std::uint64_t entry_value_bytes) {
  key_bytes.add(entry_key_bytes);
  value_bytes.add(entry_value_bytes);
  SubtaskFigures& figures = subtasks[subtask];
  ++figures.entries;
  figures.bytes += entry_key_bytes + entry_value_bytes;
}

void StateStats::add_undecoded(Undecoded what, std::uint64_t bytes) {
  UndecodedCount& found = undecoded[std::move(what)];
  ++found.count;
  found.bytes += bytes;
}

void StateStats::merge(StateStats&& other) {
  if (state_kind.empty()) state_kind = other.state_kind;
  for (const auto& [subtask, figures] : other.subtasks) {
    SubtaskFigures& mine = subtasks[subtask];
    mine.entries += figures.entries;
    mine.bytes += figures.bytes;
    mine.key_groups += figures.key_groups;
  }
  key_bytes.merge(other.key_bytes);
  value_bytes.merge(other.value_bytes);
  if (other.elements) {
    if (!elements) elements.emplace();
    elements->merge(*other.elements);
  }
  if (other.keys) {
    keys = KeyCount{keys.value_or(KeyCount{}).value + other.keys->value,
                    keys.value_or(KeyCount{}).exact && other.keys->exact};
  }
  key_groups.merge(other.key_groups);
  largest_keys.merge(std::move(other.largest_keys));
  largest_keys_exact = largest_keys_exact && other.largest_keys_exact;
  largest_values.merge(std::move(other.largest_values));
  timers.merge(other.timers);
  if (other.ttl) {
    if (!ttl) ttl.emplace();
    merge_ttl(*ttl, *other.ttl);
  }
  for (const auto& [what, found] : other.undecoded) {
    undecoded[what].count += found.count;
    undecoded[what].bytes += found.bytes;
  }
  empty_collections += other.empty_collections;
}

bool StatsPlace::operator<(const StatsPlace& other) const {
  const std::size_t rank = rank_of_kind(kind);
  const std::size_t other_rank = rank_of_kind(other.kind);
  // What belongs to no operator stands first.
  const std::size_t first = operator_index + 1;
  const std::size_t other_first = other.operator_index + 1;
  return std::tie(first, rank, state) < std::tie(other_first, other_rank, other.state);
}

StateStats& StatsTable::at(const StatsPlace& place) {
  return states_.try_emplace(place, top_count_).first->second;
}

void StatsTable::merge(StatsTable&& other) {
  for (auto& [place, stats] : other.states_) at(place).merge(std::move(stats));
  other.states_.clear();
}

}  // namespace savvy
