#include "redistribute/rescale_plan.h"

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;
using Notes = std::vector<std::string>;

OperatorState op_of(const std::string& uid, std::int32_t parallelism, std::int32_t max) {
  OperatorState op;
  op.uid = uid;
  op.id = operator_id_of_uid(uid);
  op.parallelism = parallelism;
  op.max_parallelism = max;
  return op;
}

Subtask keyed_subtask(std::int32_t index) {
  Subtask subtask;
  subtask.index = index;
  subtask.managed_keyed_state = Boxed<KeyGroupsHandle>(KeyGroupsHandle{});
  return subtask;
}
Subtask raw_keyed_subtask(std::int32_t index) {
  Subtask subtask;
  subtask.index = index;
  subtask.raw_keyed_state = Boxed<KeyGroupsHandle>(KeyGroupsHandle{});
  return subtask;
}
Subtask list_subtask(std::int32_t index) {
  Subtask subtask;
  subtask.index = index;
  subtask.managed_operator_state = OperatorHandle{};
  return subtask;
}
Subtask finished_subtask(std::int32_t index) {
  Subtask subtask;
  subtask.index = index;
  subtask.finished = true;
  return subtask;
}
Subtask channel_subtask(std::int32_t index) {
  Subtask subtask = keyed_subtask(index);
  subtask.input_channel_state = {PlainChannelHandle{}};
  subtask.result_subpartition_state = {PlainChannelHandle{}, MergedChannelHandle{}};
  return subtask;
}

OperatorState with(OperatorState op, std::vector<Subtask> subtasks) {
  op.subtasks = std::move(subtasks);
  return op;
}

Metadata metadata_of(std::vector<OperatorState> operators) {
  Metadata metadata;
  metadata.operators = std::move(operators);
  return metadata;
}

OperatorState keyed(const std::string& uid, std::int32_t parallelism = 2, std::int32_t max = 128) {
  return with(op_of(uid, parallelism, max), {keyed_subtask(0), keyed_subtask(1)});
}

const SnapshotFacts kNothing = {[](std::size_t, std::size_t) { return false; },
                                [](std::size_t, std::size_t) { return false; }};

RescaleOptions to(std::int32_t parallelism) { return {parallelism, {}, {}}; }

RescalePlan plan_of(std::vector<OperatorState> operators, const RescaleOptions& options,
                    const SnapshotFacts& facts = kNothing) {
  return plan_rescale(metadata_of(std::move(operators)), options, facts);
}

OperatorPlan plan_one(const OperatorState& op, const RescaleOptions& options,
                      const SnapshotFacts& facts = kNothing) {
  return plan_of({op}, options, facts).operators.at(0);
}

std::string refusal(std::vector<OperatorState> operators, const RescaleOptions& options,
                    const SnapshotFacts& facts = kNothing) {
  return message_of<UnsupportedError>([&] { plan_of(std::move(operators), options, facts); });
}

std::string usage(const RescaleOptions& options) {
  return message_of<UsageError>([&] { plan_of({keyed("a")}, options); });
}

// "2/128 -> 4/128 rescaled"
std::string text(const OperatorPlan& op) {
  return std::to_string(op.old_parallelism) + "/" + std::to_string(op.old_max_parallelism) +
         " -> " + std::to_string(op.new_parallelism) + "/" +
         std::to_string(op.new_max_parallelism) + " " + std::string(to_string(op.action));
}

}  // namespace

TEST_CASE("an operator with state is rescaled", "[rescale_plan]") {
  const RescalePlan plan =
      plan_of({keyed("a"), with(op_of("b", 3, 128), {list_subtask(1)})}, to(4));
  CHECK(plan.changes_anything);
  CHECK(plan.operators[0].label == "a");
  CHECK(text(plan.operators[0]) == "2/128 -> 4/128 rescaled");
  CHECK_FALSE(plan.operators[0].rehashes_keys);
  CHECK(plan.operators[0].notes.empty());
  CHECK(text(plan.operators[1]) == "3/128 -> 4/128 rescaled");
}

TEST_CASE("nothing changes at the numbers the snapshot has", "[rescale_plan]") {
  RescaleOptions options = to(2);
  options.max_parallelism = 128;
  const SnapshotFacts full = {[](std::size_t, std::size_t) { return true; },
                              [](std::size_t, std::size_t) { return false; }};
  const RescalePlan plan =
      plan_of({with(op_of("a", 2, 128), {channel_subtask(0), finished_subtask(1)})}, options, full);
  CHECK_FALSE(plan.changes_anything);
  CHECK(text(plan.operators[0]) == "2/128 -> 2/128 kept");
  CHECK(plan.operators[0].dropped_channel_handles == 0);
  CHECK(plan.operators[0].dropped_finished_subtasks == 0);
  CHECK_FALSE(plan_of({keyed("a")}, {}).changes_anything);
}

TEST_CASE("an operator of max parallelism 1 is left as it is", "[rescale_plan]") {
  const OperatorState single = with(op_of("one", 1, 1), {keyed_subtask(0)});
  RescaleOptions options = to(4);
  CHECK(text(plan_one(single, options)) == "1/1 -> 1/1 not_parallel");
  CHECK(plan_one(single, options).notes == Notes{"its max parallelism is 1: left as it is"});
  options.max_parallelism = 256;
  CHECK(text(plan_one(single, options)) == "1/1 -> 1/1 not_parallel");
  options.operators = {{"one", 1}};
  CHECK(text(plan_one(single, options)) == "1/1 -> 1/1 not_parallel");
  CHECK(text(plan_one(single, to(1))) == "1/1 -> 1/1 kept");
  // Who names it means it.
  CHECK(refusal({single}, {4, {{"one", 2}}, {}}) ==
        "the parallelism is more than the max parallelism of: \"one\" (parallelism 2, max "
        "parallelism 1)");
}

TEST_CASE("a fully finished operator keeps its marker", "[rescale_plan]") {
  OperatorState op = op_of("a", 2, 128);
  op.finished_marker = -1;
  CHECK(text(plan_one(op, to(4))) == "2/128 -> 4/128 finished");
  CHECK(plan_one(op, to(4)).notes == Notes{"fully finished: stays so, only its numbers change"});
  CHECK(text(plan_one(op, to(2))) == "2/128 -> 2/128 kept");
}

TEST_CASE("an operator without state changes its numbers", "[rescale_plan]") {
  OperatorState op = with(op_of("a", 2, 128), {Subtask{}});
  op.coordinator_state = ByteStreamHandle{};
  CHECK(text(plan_one(op, to(4))) == "2/128 -> 4/128 no_state");
  CHECK(plan_one(op, to(4)).notes ==
        Notes{"has no state: only its numbers change", "its coordinator state stays as it is"});
}

TEST_CASE("another max parallelism", "[rescale_plan]") {
  const RescaleOptions options = {{}, {}, 1024};
  const OperatorPlan rehashed = plan_one(keyed("a"), options);
  CHECK(text(rehashed) == "2/128 -> 2/1024 rescaled");
  CHECK(rehashed.rehashes_keys);
  CHECK(rehashed.notes == Notes{"its keys get new key groups"});
  const OperatorPlan renumbered = plan_one(with(op_of("a", 2, 128), {list_subtask(0)}), options);
  CHECK(text(renumbered) == "2/128 -> 2/1024 renumbered");
  CHECK_FALSE(renumbered.rehashes_keys);
  CHECK(renumbered.notes == Notes{"has no keyed state: only its numbers change"});
  // A parallelism above the old max parallelism.
  CHECK(text(plan_one(keyed("a"), {200, {}, 1024})) == "2/128 -> 200/1024 rescaled");
}

TEST_CASE("all operators that are asked for too much are named", "[rescale_plan]") {
  CHECK(refusal({keyed("a"), keyed("b", 2, 1000), keyed("c", 2, 199)}, to(200)) ==
        "the parallelism is more than the max parallelism of: \"a\" (parallelism 200, max "
        "parallelism 128), \"c\" (parallelism 200, max parallelism 199)");
  // A stored parallelism above the max parallelism asked for.
  CHECK(refusal({keyed("a", 8)}, {{}, {}, 4}) ==
        "the parallelism is more than the max parallelism of: \"a\" (parallelism 8, max "
        "parallelism 4)");
}

TEST_CASE("operators are named by uid, name, id, or a uid that is not stored", "[rescale_plan]") {
  OperatorState named = keyed("a");
  named.name = "Counter";
  OperatorState unnamed = keyed("my-uid");
  unnamed.uid.clear();
  const auto parallelism = [](const OperatorState& op, const std::string& name) {
    return plan_one(op, {{}, {{name, 7}}, {}}).new_parallelism;
  };
  CHECK(parallelism(named, "a") == 7);
  CHECK(parallelism(named, "Counter") == 7);
  CHECK(parallelism(named, to_hex(named.id)) == 7);
  CHECK(parallelism(unnamed, "my-uid") == 7);
  CHECK(parallelism(unnamed, "8409EFE6adc6d20787611f16017c808f") == 7);
  // Others keep theirs, or take what is asked for all.
  const RescalePlan plan = plan_of({keyed("a"), keyed("b")}, {4, {{"a", 7}}, {}});
  CHECK(plan.operators[0].new_parallelism == 7);
  CHECK(plan.operators[1].new_parallelism == 4);
  CHECK(text(plan_of({keyed("a"), keyed("b")}, {{}, {{"a", 7}}, {}}).operators[1]) ==
        "2/128 -> 2/128 kept");
}

TEST_CASE("names that match nothing, or contradict each other", "[rescale_plan]") {
  OperatorState op = keyed("a");
  op.name = "Counter";
  CHECK(refusal({op}, {4, {{"b", 2}}, {}}) ==
        "no operator of the snapshot has the uid, name or id \"b\"");
  CHECK(refusal({op}, {4, {{"", 2}}, {}}) ==
        "no operator of the snapshot has the uid, name or id \"\"");
  CHECK(refusal({op}, {4, {{"a", 2}, {"Counter", 3}}, {}}) ==
        "operator \"a\" is given parallelism 2 as \"a\" and 3 as \"Counter\"");
  CHECK(refusal({op}, {4, {{"a", 3}, {"Counter", 3}}, {}}) == "no error");
}

TEST_CASE("numbers that are wrong whatever the snapshot holds", "[rescale_plan]") {
  CHECK(usage(to(0)) == "parallelism 0: expected 1 to 32768");
  CHECK(usage(to(-1)) == "parallelism -1: expected 1 to 32768");
  CHECK(usage(to(40000)) == "parallelism 40000: expected 1 to 32768");
  CHECK(usage({{}, {}, 0}) == "max parallelism 0: expected 1 to 32768");
  CHECK(usage({{}, {}, 40000}) == "max parallelism 40000: expected 1 to 32768");
  CHECK(usage({5, {}, 4}) == "parallelism 5 is more than max parallelism 4");
  CHECK(usage({5, {{"a", 32769}}, {}}) == "operator \"a\": parallelism 32769: expected 1 to 32768");
  CHECK(usage({{}, {{"a", 5}}, 4}) ==
        "operator \"a\": parallelism 5 is more than max parallelism 4");
  CHECK(usage({4, {{"a", 2}, {"a", 3}}, {}}) == "operator \"a\" is given parallelism 2 and 3");
  CHECK(text(plan_one(keyed("a", 2, 32768), to(32768))) == "2/32768 -> 32768/32768 rescaled");
}

TEST_CASE("in-flight data is refused wherever it is", "[rescale_plan]") {
  const std::vector<OperatorState> operators = {
      keyed("a"), with(op_of("b", 2, 128), {channel_subtask(0), channel_subtask(1)}),
      with(op_of("c", 1, 1), {channel_subtask(0)})};
  const SnapshotFacts facts = {
      [](std::size_t op, std::size_t subtask) {
        if (op == 0) throw std::logic_error("asked of a subtask without channel handles");
        return op == 2 || subtask == 1;
      },
      kNothing.raw_keyed_is_timers};
  const std::string expected =
      "the unaligned checkpoint holds in-flight data of \"b\", \"c\", which is bound to the "
      "parallelism it was taken at: take a savepoint, or let Flink rescale when it restores the "
      "checkpoint";
  CHECK(refusal(operators, to(4), facts) == expected);
  CHECK(refusal(operators, {{}, {{"a", 4}}, {}}, facts) == expected);
  CHECK(refusal(operators, {{}, {}, 256}, facts) == expected);
}

TEST_CASE("channel handles without data are dropped", "[rescale_plan]") {
  const RescalePlan plan =
      plan_of({with(op_of("a", 2, 128), {channel_subtask(0), channel_subtask(1)}),
               with(op_of("b", 1, 1), {channel_subtask(0)}), keyed("c")},
              to(4));
  CHECK(plan.operators[0].dropped_channel_handles == 6);
  CHECK(plan.operators[0].notes == Notes{"6 channel handles without data will be dropped"});
  CHECK(plan.operators[1].dropped_channel_handles == 3);
  CHECK(text(plan.operators[1]) == "1/1 -> 1/1 not_parallel");
  CHECK(plan.operators[2].notes.empty());
}

TEST_CASE("finished subtasks start again, in all operators", "[rescale_plan]") {
  const std::vector<OperatorState> operators = {
      with(op_of("a", 2, 128), {finished_subtask(0), keyed_subtask(1)}),
      with(op_of("b", 3, 128), {finished_subtask(0), finished_subtask(2)}), keyed("c")};
  const RescalePlan plan = plan_of(operators, {{}, {{"a", 4}}, {}});
  CHECK(text(plan.operators[0]) == "2/128 -> 4/128 rescaled");
  CHECK(plan.operators[0].notes == Notes{"1 finished subtask will start again, without state"});
  CHECK(text(plan.operators[1]) == "3/128 -> 3/128 kept");
  CHECK(plan.operators[1].dropped_finished_subtasks == 2);
  CHECK(plan.operators[1].notes == Notes{"2 finished subtasks will start again, without state"});
  CHECK(plan.operators[2].notes.empty());
  // Where none of them changes, they stay finished.
  const RescalePlan other = plan_of(operators, {{}, {{"c", 4}}, {}});
  CHECK(other.operators[0].dropped_finished_subtasks == 0);
  CHECK(other.operators[1].dropped_finished_subtasks == 0);
}

TEST_CASE("raw keyed state of user code keeps its max parallelism", "[rescale_plan]") {
  const std::vector<OperatorState> operators = {
      keyed("a"), with(op_of("b", 2, 128), {raw_keyed_subtask(0), raw_keyed_subtask(1)})};
  const RescaleOptions options = {4, {}, 256};
  CHECK(refusal(operators, options) ==
        "the max parallelism cannot change: the keys in the raw keyed state of \"b\" are known to "
        "the job alone");
  const SnapshotFacts one_is = {kNothing.has_inflight_data,
                                [](std::size_t, std::size_t subtask) { return subtask == 0; }};
  CHECK(refusal(operators, options, one_is) != "no error");
  const SnapshotFacts both_are = {kNothing.has_inflight_data,
                                  [](std::size_t, std::size_t) { return true; }};
  CHECK(plan_of(operators, options, both_are).operators[1].rehashes_keys);
  CHECK(text(plan_of(operators, to(4)).operators[1]) == "2/128 -> 4/128 rescaled");
}

TEST_CASE("a snapshot whose numbers make no sense is refused", "[rescale_plan]") {
  CHECK(refusal({with(op_of("a", 2, 128), {keyed_subtask(1), keyed_subtask(1)})}, to(4)) ==
        "operator \"a\" lists subtask 1 twice");
  CHECK(refusal({op_of("a", 0, 128)}, to(4)) ==
        "operator \"a\" has parallelism 0 and max parallelism 128, expected 1 <= parallelism <= "
        "max parallelism <= 32768");
  CHECK(refusal({op_of("a", 2, 40000)}, to(4)).find("max parallelism 40000") != std::string::npos);
}

}  // namespace savvy
