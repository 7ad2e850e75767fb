#include "cli/stats_units.h"

#include <exception>
#include <memory>
#include <utility>

#include "cli/error_place.h"
#include "cli/keyed_stats.h"
#include "format/byte_units.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "readers/open_keyed.h"
#include "readers/raw_timer_source.h"

namespace savvy {
namespace {

// Key groups are taken together until a unit has this many bytes to read.
constexpr std::uint64_t kUnitBytes = kMiB;

bool wants_any_kind(const RowFilter& filter, std::initializer_list<std::string_view> kinds) {
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](std::string_view kind) { return filter.wants_kind(kind); });
}

}  // namespace

struct StatsUnitQueue::OpenedStream {
  std::unique_ptr<const KeyedSource> keyed;
  KeyedStatsSource source;
};

StatsUnitQueue::StatsUnitQueue(const Snapshot& snapshot, const SerializerRegistry& registry,
                               const RowFilter& filter, const StatsRunOptions& options)
    : snapshot_(snapshot), registry_(registry), filter_(filter), options_(options) {
  const bool placed = filter.has_operators() || filter.has_subtasks() || filter.has_key_groups();
  if (!placed && filter.wants_kind("master")) {
    const auto run = [this](StatsTable& table) {
      add_master_stats(snapshot_, filter_, table);
      return std::uint64_t{0};
    };
    ready_.push_back({{}, run});
  }
  for (std::size_t i = 0; i < snapshot.metadata().operators.size(); ++i) {
    if (filter.wants_operator(snapshot.metadata().operators[i])) plan_operator(i);
  }
}

void StatsUnitQueue::plan_operator(std::size_t operator_index) {
  const OperatorState& op = snapshot_.metadata().operators[operator_index];
  const bool placed = filter_.has_subtasks() || filter_.has_key_groups() || filter_.has_states();
  if (op.coordinator_state && !placed && filter_.wants_kind("coordinator")) {
    plan_operator_state(operator_index, place_of(op), add_coordinator_stats);
  }
  for (const Subtask& subtask : op.subtasks) {
    if (!subtask.finished && filter_.wants_subtask(subtask.index)) {
      plan_subtask(operator_index, subtask);
    }
  }
}

void StatsUnitQueue::plan(std::string place,
                          std::function<void(std::deque<StatsUnit>&)> add_units) {
  planned_.push_back({std::move(place), std::move(add_units)});
}

void StatsUnitQueue::plan_operator_state(std::size_t operator_index, const std::string& place,
                                         const OperatorReader& read) {
  const auto run = [this, operator_index, read](StatsTable& table) {
    read({snapshot_, registry_, filter_, operator_index, table});
    return std::uint64_t{0};
  };
  plan(place, [place, run](std::deque<StatsUnit>& ready) { ready.push_back({place, run}); });
}

void StatsUnitQueue::plan_subtask(std::size_t operator_index, const Subtask& subtask) {
  const std::string place = place_of(snapshot_.metadata().operators[operator_index], subtask);
  const auto plan_reader = [&](auto read) {
    plan_operator_state(operator_index, place,
                        [&subtask, read](const OperatorStatsTask& task) { read(task, subtask); });
  };
  // A key group has no part in the other kinds; raw state has no name.
  const bool whole_subtask = !filter_.has_key_groups();
  const auto& operator_state = subtask.managed_operator_state;
  if (operator_state && !holds_no_state(*operator_state) && whole_subtask &&
      wants_any_kind(filter_, {"list", "union", "broadcast"})) {
    plan_reader(add_operator_state_stats);
  }
  if (subtask.raw_operator_state && whole_subtask && !filter_.has_states() &&
      filter_.wants_kind("raw_operator")) {
    plan_reader(add_raw_operator_stats);
  }
  if (!is_null(subtask.managed_keyed_state) && wants_any_kind(filter_, {"keyed", "timer"})) {
    plan(place, [this, operator_index, &subtask](std::deque<StatsUnit>& ready) {
      const OperatorState& op = snapshot_.metadata().operators[operator_index];
      plan_keyed(operator_index, subtask,
                 open_keyed_source(snapshot_, subtask.managed_keyed_state, op.max_parallelism,
                                   registry_, *options_.cache),
                 ready);
    });
  }
  if (!is_null(subtask.raw_keyed_state)) plan_raw_keyed(operator_index, subtask);
  const bool channels =
      !subtask.input_channel_state.empty() || !subtask.result_subpartition_state.empty();
  if (channels && whole_subtask && filter_.wants_kind("channel")) {
    plan_reader(add_channel_stats);
  }
}

// Timers of Flink, or what only the job understands.
void StatsUnitQueue::plan_raw_keyed(std::size_t operator_index, const Subtask& subtask) {
  const OperatorState& op = snapshot_.metadata().operators[operator_index];
  const std::string place = place_of(op, subtask);
  plan(place, [this, operator_index, &op, &subtask, place](std::deque<StatsUnit>& ready) {
    std::unique_ptr<KeyedSource> timers = open_raw_timer_source(
        snapshot_, subtask.raw_keyed_state, key_group_prefix_bytes(op.max_parallelism), registry_);
    if (timers != nullptr) {
      if (filter_.wants_kind("timer")) {
        plan_keyed(operator_index, subtask, std::move(timers), ready);
      }
    } else if (!filter_.has_states() && filter_.wants_kind("raw_keyed")) {
      const auto run = [this, operator_index, &subtask](StatsTable& table) {
        add_raw_keyed_stats({snapshot_, registry_, filter_, operator_index, table}, subtask);
        return std::uint64_t{0};
      };
      ready.push_back({place, run});
    }
  });
}

void StatsUnitQueue::plan_keyed(std::size_t operator_index, const Subtask& subtask,
                                std::unique_ptr<const KeyedSource> keyed,
                                std::deque<StatsUnit>& units) const {
  const OperatorState& op = snapshot_.metadata().operators[operator_index];
  const KeyedStatsSource source{operator_index, subtask.index, op.max_parallelism, keyed->states(),
                                keyed->name()};
  const auto opened = std::make_shared<const OpenedStream>(OpenedStream{std::move(keyed), source});
  std::vector<KeyGroupSection> batch;
  std::uint64_t batch_bytes = 0;
  const auto close_batch = [&] {
    const auto run = [this, opened, sections = std::exchange(batch, {})](StatsTable& table) {
      return read_key_groups(*opened, sections, table);
    };
    units.push_back({place_of(op, subtask), run});
    batch_bytes = 0;
  };
  for (const KeyGroupSection& section : opened->keyed->sections()) {
    if (section.size_bytes == 0 || !filter_.wants_key_group(section.key_group)) continue;
    batch.push_back(section);
    batch_bytes += section.size_bytes;
    if (batch_bytes >= kUnitBytes) close_batch();
  }
  // Without any key group it still lists the states.
  close_batch();
}

std::uint64_t StatsUnitQueue::read_key_groups(const OpenedStream& opened,
                                              const std::vector<KeyGroupSection>& sections,
                                              StatsTable& table) const {
  const KeyedStatsSource& source = opened.source;
  for (const KeyedStateSchema& state : source.states) {
    if (wants_keyed_state(filter_, state)) stats_of(source, state, *options_.ttl, table);
  }
  std::uint64_t bytes = 0;
  for (const KeyGroupSection& section : sections) {
    KeyedStats stats(source, filter_, *options_.ttl, table);
    const auto entries = opened.keyed->open(section);
    KeyedEntry entry;
    while (entries->next(entry)) stats.add(entry);
    stats.finish();
    const std::vector<std::uint64_t> empty = entries->empty_collections();
    for (std::size_t i = 0; i < empty.size(); ++i) {
      if (empty[i] == 0 || !wants_keyed_state(filter_, source.states[i])) continue;
      stats_of(source, source.states[i], *options_.ttl, table).empty_collections += empty[i];
    }
    bytes += section.size_bytes;
  }
  return bytes;
}

std::optional<StatsUnit> StatsUnitQueue::next() {
  while (ready_.empty()) {
    if (planned_.empty()) return std::nullopt;
    const Piece piece = std::move(planned_.front());
    planned_.pop_front();
    try {
      piece.add_units(ready_);
    } catch (const Error&) {
      const auto run = [error = std::current_exception()](StatsTable&) -> std::uint64_t {
        std::rethrow_exception(error);
      };
      ready_.push_back({piece.place, run});
    }
  }
  StatsUnit unit = std::move(ready_.front());
  ready_.pop_front();
  return unit;
}

}  // namespace savvy
