#include "redistribute/operator_state_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <numeric>
#include <string_view>

#include "format/errors.h"
#include "redistribute/java_hash_order.h"

namespace savvy {
namespace {

using Plan = std::vector<std::vector<NewListState>>;

// What one old handle has of a state.
struct Piece {
  std::size_t source;
  std::int32_t subtask;
  std::size_t count;
};

struct StatePieces {
  std::string_view name;
  DistributionMode mode;
  std::vector<Piece> pieces;  // by old subtask
};

std::string_view to_text(DistributionMode mode) {
  if (mode == DistributionMode::kSplit) return "SPLIT_DISTRIBUTE";
  return mode == DistributionMode::kUnion ? "UNION" : "BROADCAST";
}

// Positions in `old`, by subtask.
std::vector<std::size_t> by_subtask(const std::vector<OldOperatorState>& old) {
  std::vector<std::size_t> order(old.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return old[a].subtask < old[b].subtask; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (old[order[i]].subtask != old[order[i - 1]].subtask) continue;
    throw UnsupportedError(
        fmt::format("subtask {} has two handles of operator state", old[order[i]].subtask));
  }
  return order;
}

void check_piece(const StatePieces& state, const OldListState& found, const Piece& piece) {
  const bool broadcast = found.mode == DistributionMode::kBroadcast;
  if (broadcast && piece.count != 1) {
    throw UnsupportedError(
        fmt::format("broadcast state \"{}\" of subtask {} has {} copies, expected 1", found.name,
                    piece.subtask, piece.count));
  }
  if (found.mode != state.mode) {
    throw UnsupportedError(fmt::format(
        "operator state \"{}\" is {} in subtask {} and {} in subtask {}", found.name,
        to_text(state.mode), state.pieces.front().subtask, to_text(found.mode), piece.subtask));
  }
  if (!state.pieces.empty() && state.pieces.back().source == piece.source) {
    throw UnsupportedError(fmt::format("operator state \"{}\" is listed twice in subtask {}",
                                       found.name, piece.subtask));
  }
}

// Every state once, in order of first appearance.
std::vector<StatePieces> collect(const std::vector<OldOperatorState>& old,
                                 const std::vector<std::size_t>& order) {
  std::vector<StatePieces> states;
  std::map<std::string_view, std::size_t> position;
  for (const std::size_t source : order) {
    for (const OldListState& found : old[source].states) {
      const auto [entry, is_new] = position.try_emplace(found.name, states.size());
      if (is_new) states.push_back({found.name, found.mode, {}});
      StatePieces& state = states[entry->second];
      const Piece piece{source, old[source].subtask, found.element_count};
      check_piece(state, found, piece);
      state.pieces.push_back(piece);
    }
  }
  return states;
}

// The SPLIT states in the order in which Flink deals them out.
std::vector<std::size_t> split_order(const std::vector<OldOperatorState>& old,
                                     const std::vector<std::size_t>& order,
                                     const std::vector<StatePieces>& states) {
  std::vector<std::string_view> calls;
  for (const std::size_t source : order) {
    const std::vector<OldListState>& listed = old[source].states;
    std::vector<std::string_view> names;
    names.reserve(listed.size());
    for (const OldListState& state : listed) names.push_back(state.name);
    for (const std::size_t i : put_map_order(names)) {
      if (listed[i].mode == DistributionMode::kSplit) calls.push_back(names[i]);
    }
  }
  std::map<std::string_view, std::size_t> position;
  for (std::size_t i = 0; i < states.size(); ++i) position.emplace(states[i].name, i);
  std::vector<std::size_t> result;
  for (const std::size_t call : computed_map_order(calls)) {
    result.push_back(position.at(calls[call]));
  }
  return result;
}

// Hands out the elements of one state from the first to the last.
class Dealer {
 public:
  explicit Dealer(const std::vector<Piece>& pieces) : pieces_(pieces) {}

  void deal(std::size_t count, std::vector<ElementRun>& out) {
    while (count > 0) {
      const Piece& piece = pieces_[piece_];
      const std::size_t taken = std::min(count, piece.count - first_);
      if (taken > 0) out.push_back({piece.source, first_, taken});
      count -= taken;
      first_ += taken;
      if (first_ < piece.count) continue;
      ++piece_;
      first_ = 0;
    }
  }

 private:
  const std::vector<Piece>& pieces_;
  std::size_t piece_ = 0;
  std::size_t first_ = 0;
};

// Returns where the next state starts.
std::size_t plan_split(const StatePieces& state, std::size_t position, std::size_t start,
                       Plan& plan) {
  std::size_t total = 0;
  for (const Piece& piece : state.pieces) total += piece.count;
  const std::size_t base = total / plan.size();
  const std::size_t extra = total % plan.size();
  Dealer dealer(state.pieces);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    dealer.deal(base + (i < extra ? 1 : 0), plan[(start + i) % plan.size()][position].elements);
  }
  return (start + extra) % plan.size();
}

void plan_union(const StatePieces& state, std::size_t position, std::size_t old_parallelism,
                Plan& plan) {
  for (const Piece& piece : state.pieces) {
    if (piece.count == 0) continue;
    const auto old = static_cast<std::size_t>(piece.subtask);
    const bool shrinks = plan.size() < old_parallelism;
    const std::size_t target = shrinks ? old * plan.size() / old_parallelism : old;
    plan[target][position].elements.push_back({piece.source, 0, piece.count});
  }
}

void plan_broadcast(const StatePieces& state, std::size_t position, Plan& plan) {
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const std::size_t source = state.pieces[i % state.pieces.size()].source;
    plan[i][position].elements.push_back({source, 0, 1});
  }
}

// A subtask without a copy gets one, as it does when Flink restores.
void fill_broadcast(const StatePieces& state, Plan& plan) {
  std::vector<bool> has_copy(plan.size());
  for (const Piece& piece : state.pieces) has_copy[static_cast<std::size_t>(piece.subtask)] = true;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (has_copy[i]) continue;
    const std::size_t source = state.pieces[i % state.pieces.size()].source;
    plan[i].push_back({std::string(state.name), state.mode, {{source, 0, 1}}});
  }
}

// At an unchanged parallelism nothing moves.
Plan plan_in_place(const std::vector<OldOperatorState>& old, const std::vector<StatePieces>& states,
                   std::size_t parallelism) {
  Plan plan(parallelism);
  for (std::size_t source = 0; source < old.size(); ++source) {
    for (const OldListState& state : old[source].states) {
      NewListState kept{state.name, state.mode, {}};
      if (state.element_count > 0) kept.elements.push_back({source, 0, state.element_count});
      plan[static_cast<std::size_t>(old[source].subtask)].push_back(std::move(kept));
    }
  }
  for (const StatePieces& state : states) {
    if (state.mode == DistributionMode::kBroadcast) fill_broadcast(state, plan);
  }
  return plan;
}

}  // namespace

std::vector<std::vector<NewListState>> plan_operator_state(const std::vector<OldOperatorState>& old,
                                                           std::int32_t old_parallelism,
                                                           std::int32_t new_parallelism) {
  assert(old_parallelism >= 1 && new_parallelism >= 1);
  assert(std::all_of(old.begin(), old.end(), [&](const OldOperatorState& state) {
    return state.subtask >= 0 && state.subtask < old_parallelism;
  }));
  const std::vector<std::size_t> order = by_subtask(old);
  const std::vector<StatePieces> states = collect(old, order);
  if (new_parallelism == old_parallelism) {
    return plan_in_place(old, states, static_cast<std::size_t>(new_parallelism));
  }
  std::vector<NewListState> empty;
  empty.reserve(states.size());
  for (const StatePieces& state : states) {
    empty.push_back({std::string(state.name), state.mode, {}});
  }
  Plan plan(static_cast<std::size_t>(new_parallelism), empty);
  std::size_t start = 0;
  for (const std::size_t i : split_order(old, order, states)) {
    start = plan_split(states[i], i, start, plan);
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].mode == DistributionMode::kUnion) {
      plan_union(states[i], i, static_cast<std::size_t>(old_parallelism), plan);
    } else if (states[i].mode == DistributionMode::kBroadcast) {
      plan_broadcast(states[i], i, plan);
    }
  }
  return plan;
}

}  // namespace savvy
