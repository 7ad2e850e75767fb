#include "cli/row_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "cli/error_place.h"
#include "cli/keyed_stats.h"
#include "cli/operator_rows.h"
#include "format/byte_units.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "readers/open_keyed.h"
#include "readers/raw_timer_source.h"

namespace savvy {
namespace {

// Key groups are taken together until a unit has this many bytes to read.
constexpr std::uint64_t kUnitBytes = kMiB;

// An opened keyed stream with what its rows begin with.
struct OpenedStream {
  SubtaskRef where;
  std::unique_ptr<const KeyedSource> source;
  std::vector<KeyedStateSchema> states;  // those of the source, with the user's message types
  std::vector<RowHead> heads;
  std::vector<std::size_t> ranks;  // of the states, by name
  std::optional<KeyTargets> keys;  // of --key
};

std::vector<std::size_t> ranks_by_name(const std::vector<KeyedStateSchema>& states) {
  std::vector<std::size_t> order(states.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return states[a].name < states[b].name; });
  std::vector<std::size_t> ranks(states.size());
  for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = i;
  return ranks;
}

std::vector<RowHead> make_heads(const SubtaskRef& where,
                                const std::vector<KeyedStateSchema>& states, RowFormat format) {
  std::vector<RowHead> heads;
  for (const KeyedStateSchema& state : states) {
    const bool timer = state.kind == KeyedStateKind::kTimer;
    RowHeadFields fields = head_fields(where, timer ? "timer" : "keyed");
    fields.state = state.name;
    fields.state_kind = to_string(state.kind);
    heads.emplace_back(std::move(fields), format);
  }
  return heads;
}

void note_empty_collections(RowTask& task, const OpenedStream& opened,
                            const std::vector<std::uint64_t>& counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0 || !wants_keyed_state(task.filter, opened.states[i])) continue;
    task.empty_counts[{operator_label(opened.where.op), opened.states[i].name}] += counts[i];
  }
}

// With --key only what may be of the wanted keys, where the layout allows that.
std::unique_ptr<KeyGroupReader> open_section(const OpenedStream& opened,
                                             const KeyGroupSection& section) {
  const auto keys = opened.keys ? opened.keys->bytes_in(section.key_group) : std::nullopt;
  return keys ? opened.source->open_keys(section, *keys) : opened.source->open(section);
}

void add_key_group_rows(RowTask& task, const OpenedStream& opened, const KeyGroupSection& section) {
  const OperatorState& op = opened.where.op;
  KeyedRows rows(opened.states, opened.heads, task.filter, task.options.content,
                 key_group_prefix_bytes(op.max_parallelism), opened.source->name(), task.rows);
  if (!task.options.ttl->empty()) rows.mark_expired(*task.options.ttl);
  if (opened.keys) rows.compare_keys(*opened.keys);
  const auto entries = open_section(opened, section);
  std::optional<EntrySorter> sorted;
  if (task.options.sort) sorted.emplace(*entries, opened.ranks, *task.options.sort);
  KeyedEntrySource& source = sorted ? static_cast<KeyedEntrySource&>(*sorted) : *entries;
  KeyedEntry entry;
  while (source.next(entry)) {
    rows.add(entry);
    task.flush();
  }
  note_empty_collections(task, opened, entries->empty_collections());
  for (std::size_t i = 0; i < rows.found_keys().size(); ++i) {
    if (rows.found_keys()[i]) task.found_keys[i] = true;
  }
}

// Groups the wanted key groups of a stream into units of about equal size.
void add_keyed_units(const std::shared_ptr<const OpenedStream>& opened, const RowFilter& filter,
                     std::deque<RowUnit>& units) {
  std::vector<KeyGroupSection> batch;
  std::uint64_t batch_bytes = 0;
  const auto close_batch = [&] {
    if (batch.empty()) return;
    const auto run = [opened, sections = std::exchange(batch, {})](RowTask& task) {
      for (const KeyGroupSection& section : sections) {
        task.attempt([&] { add_key_group_rows(task, *opened, section); });
      }
    };
    units.push_back({place_of(opened->where.op, opened->where.subtask), run});
    batch_bytes = 0;
  };
  for (const KeyGroupSection& section : opened->source->sections()) {
    if (section.size_bytes == 0 || !filter.wants_key_group(section.key_group)) continue;
    if (opened->keys && !opened->keys->may_hold(section.key_group)) continue;
    batch.push_back(section);
    batch_bytes += section.size_bytes;
    if (batch_bytes >= kUnitBytes) close_batch();
  }
  close_batch();
}

// As stored; with --sort by id, since Flink stores them in hash-map order, another one in each run.
std::vector<const OperatorState*> operators_in_order(const Snapshot& snapshot,
                                                     const RowOptions& options) {
  std::vector<const OperatorState*> operators;
  for (const OperatorState& op : snapshot.metadata().operators) operators.push_back(&op);
  if (options.sort) {
    std::stable_sort(operators.begin(), operators.end(),
                     [](const OperatorState* a, const OperatorState* b) { return a->id < b->id; });
  }
  return operators;
}

bool wants_managed_keyed(const RowFilter& filter) {
  return filter.wants_kind("keyed") || filter.wants_kind("timer");
}

// Whether a wanted key may lie in these key groups, as far as that is known without opening them.
bool may_hold_keys(const KeyPlan* plan, const OperatorState& op, KeyGroupRange groups) {
  const OperatorKeys* keys = plan == nullptr ? nullptr : plan->find(op);
  if (keys == nullptr) return true;
  for (std::int32_t group = groups.first; group < groups.end(); ++group) {
    if (keys->targets.may_hold(group)) return true;
  }
  return false;
}

// Filters that only keyed rows can meet leave the other kinds out.
bool wants_unkeyed(const RowFilter& filter) {
  return !filter.has_keys() && !filter.has_key_groups();
}

bool wants_managed_operator(const RowFilter& filter) {
  return wants_unkeyed(filter) && (filter.wants_kind("list") || filter.wants_kind("union") ||
                                   filter.wants_kind("broadcast"));
}

bool wants_raw_operator(const RowFilter& filter) {
  return wants_unkeyed(filter) && !filter.has_states() && filter.wants_kind("raw_operator");
}

bool wants_raw_keyed(const RowFilter& filter) {
  return !filter.has_keys() && !filter.has_states() && filter.wants_kind("raw_keyed");
}

bool wants_channels(const RowFilter& filter) {
  return wants_unkeyed(filter) && filter.wants_kind("channel");
}

bool wants_coordinator(const RowFilter& filter) {
  return wants_unkeyed(filter) && !filter.has_states() && !filter.has_subtasks() &&
         filter.wants_kind("coordinator");
}

bool wants_master(const RowFilter& filter) {
  return wants_unkeyed(filter) && !filter.has_operators() && !filter.has_subtasks() &&
         filter.wants_kind("master");
}

RowUnit attempted(std::string place, std::function<void(RowTask&)> run) {
  return {std::move(place),
          [run = std::move(run)](RowTask& task) { task.attempt([&] { run(task); }); }};
}

}  // namespace

RowUnitQueue::RowUnitQueue(const Snapshot& snapshot, const SerializerRegistry& registry,
                           const RowFilter& filter, const RowOptions& options)
    : snapshot_(snapshot), registry_(registry), filter_(filter), options_(options) {
  if (wants_master(filter_)) add({}, [](RowTask& task) { add_master_rows(task); });
  for (const OperatorState* op : operators_in_order(snapshot, options)) {
    if (filter_.wants_operator(*op)) plan_operator(*op);
  }
}

void RowUnitQueue::plan(std::string place, std::function<void(std::deque<RowUnit>&)> add_units) {
  planned_.push_back({std::move(place), std::move(add_units)});
}

void RowUnitQueue::add(const std::string& place, const std::function<void(RowTask&)>& run) {
  plan(place, [place, run](std::deque<RowUnit>& ready) { ready.push_back(attempted(place, run)); });
}

void RowUnitQueue::plan_operator(const OperatorState& op) {
  if (op.coordinator_state && wants_coordinator(filter_)) {
    add(place_of(op), [&op](RowTask& task) { add_coordinator_row(task, op); });
  }
  for (const Subtask* subtask : unfinished_subtasks(op)) {
    if (filter_.wants_subtask(subtask->index)) plan_subtask(op, *subtask);
  }
}

void RowUnitQueue::plan_subtask(const OperatorState& op, const Subtask& subtask) {
  const SubtaskRef where{op, subtask};
  const std::string place = place_of(op, subtask);
  const auto& operator_state = subtask.managed_operator_state;
  if (operator_state && !holds_no_state(*operator_state) && wants_managed_operator(filter_)) {
    add(place, [where](RowTask& task) { add_operator_state_rows(task, where); });
  }
  if (subtask.raw_operator_state && wants_raw_operator(filter_)) {
    add(place, [where](RowTask& task) { add_raw_operator_rows(task, where); });
  }
  const std::optional<KeyGroupRange> range = key_group_range(subtask.managed_keyed_state);
  if (range && wants_managed_keyed(filter_) && may_hold_keys(options_.keys.get(), op, *range)) {
    plan_keyed(where);
  }
  if (!is_null(subtask.raw_keyed_state) &&
      (wants_raw_keyed(filter_) || filter_.wants_kind("timer"))) {
    plan_raw_keyed(where);
  }
  const bool channels =
      !subtask.input_channel_state.empty() || !subtask.result_subpartition_state.empty();
  if (channels && wants_channels(filter_)) {
    add(place, [where](RowTask& task) { add_channel_rows(task, where); });
  }
}

void RowUnitQueue::plan_keyed(const SubtaskRef& where) {
  plan(place_of(where.op, where.subtask), [this, where](std::deque<RowUnit>& ready) {
    SortMemory memory = kChangelogMemory;
    memory.temp_directory = options_.temp_directory;
    open_stream(where,
                open_keyed_source(snapshot_, where.subtask.managed_keyed_state,
                                  where.op.max_parallelism, registry_, *options_.cache, memory),
                ready);
  });
}

// Raw keyed state is the operator's own, unless it is timers.
void RowUnitQueue::plan_raw_keyed(const SubtaskRef& where) {
  const std::string place = place_of(where.op, where.subtask);
  plan(place, [this, where, place](std::deque<RowUnit>& ready) {
    std::unique_ptr<KeyedSource> timers =
        open_raw_timer_source(snapshot_, where.subtask.raw_keyed_state,
                              key_group_prefix_bytes(where.op.max_parallelism), registry_);
    if (timers != nullptr) {
      if (filter_.wants_kind("timer")) open_stream(where, std::move(timers), ready);
    } else if (wants_raw_keyed(filter_)) {
      ready.push_back(
          attempted(place, [where](RowTask& task) { add_raw_keyed_rows(task, where); }));
    }
  });
}

void RowUnitQueue::open_stream(const SubtaskRef& where, std::unique_ptr<KeyedSource> source,
                               std::deque<RowUnit>& ready) const {
  std::vector<KeyedStateSchema> states = source->states();
  for (KeyedStateSchema& state : states) options_.messages->apply(state);
  std::vector<RowHead> heads = make_heads(where, states, options_.format);
  std::vector<std::size_t> ranks = ranks_by_name(states);
  std::optional<KeyTargets> keys;
  if (filter_.has_keys()) {
    keys.emplace(states, filter_, where.op.max_parallelism,
                 row_hash_of(snapshot_.metadata().version));
  }
  add_keyed_units(std::make_shared<OpenedStream>(OpenedStream{where, std::move(source),
                                                              std::move(states), std::move(heads),
                                                              std::move(ranks), std::move(keys)}),
                  filter_, ready);
}

std::optional<RowUnit> RowUnitQueue::next() {
  while (ready_.empty()) {
    if (planned_.empty()) return std::nullopt;
    const Piece piece = std::move(planned_.front());
    planned_.pop_front();
    try {
      piece.add_units(ready_);
    } catch (const Error&) {
      ready_.push_back(attempted(piece.place, [error = std::current_exception()](RowTask&) {
        std::rethrow_exception(error);
      }));
    }
  }
  RowUnit unit = std::move(ready_.front());
  ready_.pop_front();
  return unit;
}

}  // namespace savvy
