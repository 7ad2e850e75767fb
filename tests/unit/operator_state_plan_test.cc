#include "redistribute/operator_state_plan.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "format/errors.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;
using Plan = std::vector<std::vector<NewListState>>;
using Runs = std::vector<ElementRun>;

constexpr auto kSplit = DistributionMode::kSplit;
constexpr auto kUnion = DistributionMode::kUnion;
constexpr auto kBroadcast = DistributionMode::kBroadcast;

// A state with these element counts in subtasks 0, 1, ...
std::vector<OldOperatorState> old_of(const std::string& name, DistributionMode mode,
                                     const std::vector<std::size_t>& counts) {
  std::vector<OldOperatorState> old;
  for (const std::size_t count : counts) {
    old.push_back({static_cast<std::int32_t>(old.size()), {{name, mode, count}}});
  }
  return old;
}

const NewListState& state_named(const std::vector<NewListState>& states, const std::string& name) {
  for (const NewListState& state : states) {
    if (state.name == name) return state;
  }
  throw std::out_of_range(name);
}

// "[0 1] [2]": the elements of a state, numbered over all old subtasks in list order.
std::string numbers(const std::vector<OldOperatorState>& old, const Plan& plan,
                    const std::string& name) {
  std::vector<std::size_t> first;
  std::size_t total = 0;
  for (const OldOperatorState& each : old) {
    first.push_back(total);
    for (const OldListState& state : each.states) {
      if (state.name == name) total += state.element_count;
    }
  }
  std::string text;
  for (const auto& states : plan) {
    text += text.empty() ? "[" : " [";
    std::string separator;
    for (const ElementRun& run : state_named(states, name).elements) {
      for (std::size_t i = 0; i < run.count; ++i) {
        text += separator + std::to_string(first[run.source] + run.first + i);
        separator = " ";
      }
    }
    text += "]";
  }
  return text;
}

std::string split(const std::vector<std::size_t>& counts, std::int32_t parallelism) {
  const auto old = old_of("s", kSplit, counts);
  const auto plan = plan_operator_state(old, static_cast<std::int32_t>(old.size()), parallelism);
  REQUIRE(plan.size() == static_cast<std::size_t>(parallelism));
  return numbers(old, plan, "s");
}

std::string error_of(const std::vector<OldOperatorState>& old, std::int32_t old_parallelism = 2,
                     std::int32_t new_parallelism = 3) {
  return message_of<UnsupportedError>(
      [&] { plan_operator_state(old, old_parallelism, new_parallelism); });
}

}  // namespace

// The examples of operator-state.md, section 5.2.
TEST_CASE("SPLIT states are dealt out in blocks", "[operator_state_plan]") {
  CHECK(split({4}, 3) == "[0 1] [2] [3]");
  CHECK(split({3, 4, 3}, 2) == "[0 1 2 3 4] [5 6 7 8 9]");
  CHECK(split({3, 4, 3}, 4) == "[0 1 2] [3 4 5] [6 7] [8 9]");
  CHECK(split({2, 0, 1}, 5) == "[0] [1] [2] [] []");
  CHECK(split({1, 1, 1, 1}, 6) == "[0] [1] [2] [3] [] []");
  CHECK(split({3, 0}, 2) == "[0 1 2] []");
  CHECK(split({0, 0}, 3) == "[] [] []");
}

TEST_CASE("a SPLIT state begins where the one before it ended", "[operator_state_plan]") {
  const std::vector<OldOperatorState> old = {{0, {{"a", kSplit, 2}, {"b", kSplit, 1}}},
                                             {1, {{"a", kSplit, 2}, {"b", kSplit, 2}}},
                                             {2, {{"a", kSplit, 1}, {"b", kSplit, 1}}}};
  const Plan plan = plan_operator_state(old, 3, 4);
  CHECK(numbers(old, plan, "a") == "[0 1] [2] [3] [4]");
  CHECK(numbers(old, plan, "b") == "[3] [0] [1] [2]");
}

// `SourceReaderState` and `source-state` share a bucket: the one that was met later goes first.
TEST_CASE("the order of SPLIT states is that of a Java map", "[operator_state_plan]") {
  const std::vector<OldOperatorState> old = {
      {0, {{"writer_raw_states", kSplit, 1}, {"SourceReaderState", kSplit, 1}}},
      {1, {{"source-state", kSplit, 1}}}};
  const Plan plan = plan_operator_state(old, 2, 3);
  CHECK(numbers(old, plan, "source-state") == "[0] [] []");
  CHECK(numbers(old, plan, "SourceReaderState") == "[] [0] []");
  CHECK(numbers(old, plan, "writer_raw_states") == "[] [] [0]");
}

TEST_CASE("a block names its old handles", "[operator_state_plan]") {
  const Plan plan = plan_operator_state(old_of("s", kSplit, {3, 4, 3}), 3, 2);
  CHECK(plan[0][0].elements == Runs{{0, 0, 3}, {1, 0, 2}});
  CHECK(plan[1][0].elements == Runs{{1, 2, 2}, {2, 0, 3}});
}

TEST_CASE("each element of a UNION is stored once", "[operator_state_plan]") {
  const auto grown = old_of("u", kUnion, {1, 2});
  CHECK(numbers(grown, plan_operator_state(grown, 2, 3), "u") == "[0] [1 2] []");
  const auto shrunk = old_of("u", kUnion, {1, 2, 0, 1, 1});
  CHECK(numbers(shrunk, plan_operator_state(shrunk, 5, 2), "u") == "[0 1 2] [3 4]");
  CHECK(numbers(shrunk, plan_operator_state(shrunk, 5, 1), "u") == "[0 1 2 3 4]");
}

TEST_CASE("each subtask stores a copy of a BROADCAST state", "[operator_state_plan]") {
  const auto copies = [](std::vector<std::size_t> counts, std::int32_t parallelism) {
    std::vector<std::size_t> sources;
    const auto old_parallelism = static_cast<std::int32_t>(counts.size());
    for (const auto& states :
         plan_operator_state(old_of("b", kBroadcast, counts), old_parallelism, parallelism)) {
      const Runs& runs = states[0].elements;
      REQUIRE(runs.size() == 1);
      CHECK(runs[0].first == 0);
      CHECK(runs[0].count == 1);
      sources.push_back(runs[0].source);
    }
    return sources;
  };
  CHECK(copies({1, 1, 1}, 5) == std::vector<std::size_t>{0, 1, 2, 0, 1});
  CHECK(copies({1, 1, 1}, 2) == std::vector<std::size_t>{0, 1});
}

TEST_CASE("copies are counted over the subtasks that have one", "[operator_state_plan]") {
  const std::vector<OldOperatorState> old = {{0, {{"b", kBroadcast, 1}}},
                                             {2, {{"b", kBroadcast, 1}}}};
  const Plan plan = plan_operator_state(old, 3, 4);
  CHECK(plan[1][0].elements == Runs{{1, 0, 1}});
  CHECK(plan[2][0].elements == Runs{{0, 0, 1}});
}

TEST_CASE("at the same parallelism nothing moves but copies of broadcast state",
          "[operator_state_plan]") {
  const std::vector<OldOperatorState> old = {
      {2, {{"u", kUnion, 2}, {"s", kSplit, 0}, {"b", kBroadcast, 1}}}, {0, {{"s", kSplit, 5}}}};
  const Plan plan = plan_operator_state(old, 3, 3);
  REQUIRE(plan.size() == 3);
  const NewListState copy{"b", kBroadcast, {{0, 0, 1}}};
  CHECK(plan[0] == std::vector<NewListState>{{"s", kSplit, {{1, 0, 5}}}, copy});
  CHECK(plan[1] == std::vector<NewListState>{copy});
  CHECK(plan[2] == std::vector<NewListState>{{"u", kUnion, {{0, 0, 2}}},
                                             {"s", kSplit, {}},
                                             {"b", kBroadcast, {{0, 0, 1}}}});
}

TEST_CASE("every new subtask lists every state", "[operator_state_plan]") {
  const std::vector<OldOperatorState> old = {{1, {{"u", kUnion, 0}, {"s", kSplit, 1}}},
                                             {0, {{"t", kSplit, 0}}}};
  const Plan plan = plan_operator_state(old, 2, 3);
  for (const auto& states : plan) {
    REQUIRE(states.size() == 3);
    CHECK(states[0].name == "t");  // of subtask 0
    CHECK(states[1].name == "u");
    CHECK(states[2].name == "s");
  }
  CHECK(plan_operator_state({}, 2, 3) == Plan(3));
}

TEST_CASE("random states are dealt out whole, and evenly", "[operator_state_plan]") {
  using Element = std::tuple<std::string, std::size_t, std::size_t>;
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    const auto old_parallelism = 1 + static_cast<std::int32_t>(random() % 9);
    const auto new_parallelism = 1 + static_cast<std::int32_t>(random() % 12);
    std::vector<OldOperatorState> old;
    std::multiset<Element> expected;
    for (std::int32_t i = 0; i < old_parallelism; ++i) {
      if (random() % 5 == 0) continue;
      OldOperatorState state{i, {}};
      for (std::size_t k = 0; k < 20; ++k) {
        if (random() % 2 == 0) continue;
        const std::string name = "state-" + std::to_string(k);
        state.states.push_back({name, k % 3 == 0 ? kUnion : kSplit, random() % 6});
        for (std::size_t e = 0; e < state.states.back().element_count; ++e) {
          expected.insert({name, old.size(), e});
        }
      }
      old.push_back(state);
    }
    CAPTURE(round, old_parallelism, new_parallelism);
    std::multiset<Element> found;
    std::map<std::string, std::vector<std::size_t>> counts;
    for (const auto& states : plan_operator_state(old, old_parallelism, new_parallelism)) {
      for (const NewListState& state : states) {
        std::size_t count = 0;
        for (const ElementRun& run : state.elements) {
          for (std::size_t e = 0; e < run.count; ++e) {
            found.insert({state.name, run.source, run.first + e});
          }
          count += run.count;
        }
        if (state.mode == kSplit) counts[state.name].push_back(count);
      }
    }
    REQUIRE(found == expected);
    if (new_parallelism == old_parallelism) continue;
    for (const auto& [name, each] : counts) {
      const auto [least, most] = std::minmax_element(each.begin(), each.end());
      REQUIRE(*most - *least <= 1);
    }
  }
}

TEST_CASE("at an unchanged parallelism a subtask without a broadcast copy gets one",
          "[operator_state_plan]") {
  // Subtask 1 has no handle, subtask 2 has one without the state.
  const auto plan =
      plan_operator_state({{0, {{"b", kBroadcast, 1}}}, {2, {{"x", kSplit, 2}}}}, 3, 3);
  const NewListState copy{"b", kBroadcast, {{0, 0, 1}}};
  CHECK(plan[0] == std::vector<NewListState>{copy});
  CHECK(plan[1] == std::vector<NewListState>{copy});
  CHECK(plan[2] == std::vector<NewListState>{{"x", kSplit, {{1, 0, 2}}}, copy});
}

TEST_CASE("operator state that no rewrite can keep is refused", "[operator_state_plan]") {
  CHECK(error_of({{0, {{"x", kSplit, 1}}}, {1, {{"x", kUnion, 1}}}}) ==
        "operator state \"x\" is SPLIT_DISTRIBUTE in subtask 0 and UNION in subtask 1");
  CHECK(error_of({{1, {{"x", kSplit, 1}, {"x", kSplit, 1}}}}) ==
        "operator state \"x\" is listed twice in subtask 1");
  CHECK(error_of({{1, {}}, {1, {}}}) == "subtask 1 has two handles of operator state");
  CHECK(error_of({{0, {{"b", kBroadcast, 2}}}}) ==
        "broadcast state \"b\" of subtask 0 has 2 copies, expected 1");
  CHECK(error_of({{0, {{"b", kBroadcast, 0}}}}) ==
        "broadcast state \"b\" of subtask 0 has 0 copies, expected 1");
}

}  // namespace savvy
