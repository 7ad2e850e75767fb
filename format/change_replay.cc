#include "format/change_replay.h"

#include <algorithm>
#include <utility>

#include "format/byte_writer.h"

namespace savvy {
namespace {

constexpr std::uint8_t kListDelimiter = ',';

ByteVector copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

bool less(Bytes a, Bytes b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

bool equal(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

bool starts_with(Bytes bytes, Bytes prefix) {
  return bytes.size() >= prefix.size() && equal(bytes.first(prefix.size()), prefix);
}

}  // namespace

ByteVector encode_step(const ChangeStep& step, std::uint64_t sequence) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(step.kind));
  out.u8(static_cast<std::uint8_t>(step.issue));
  out.i64(static_cast<std::int64_t>(sequence));
  out.raw(step.value);
  return out.take();
}

ChangeReplay::Step ChangeReplay::read_step() const {
  ByteReader in(step_entry_.value, "steps of a change log");
  Step step;
  step.kind = static_cast<StepKind>(in.u8("kind"));
  step.issue = static_cast<EntryIssue>(in.u8("issue"));
  step.sequence = static_cast<std::uint64_t>(in.i64("sequence"));
  step.key = copy(step_entry_.composite_key);
  step.value = copy(in.rest("value"));
  return step;
}

void ChangeReplay::start() {
  started_ = true;
  advance_base();
  advance_step();
}

bool ChangeReplay::next(KeyedEntry& entry) {
  if (!started_) start();
  if (std::exchange(base_is_used_, false)) advance_base();
  while (ready_.empty()) {
    if (has_base_ && base_comes_first()) {
      if (base_is_cleared()) {
        advance_base();
        continue;
      }
      entry = base_entry_;
      base_is_used_ = true;
      return true;
    }
    if (!has_step_) return false;
    const auto kind = static_cast<StepKind>(step_entry_.value.front());
    kind == StepKind::kMerge ? replay_key() : replay_entry();
  }
  current_ = std::move(ready_.front());
  ready_.pop_front();
  entry = {current_->state, current_->key_group,  current_->key, current_->value.bytes,
           false,           current_->value.issue};
  return true;
}

// What could not be divided is nothing that a step applies to.
bool ChangeReplay::base_comes_first() const {
  if (!has_step_) return true;
  const std::size_t base_rank = state_ranks_[base_entry_.state];
  const std::size_t step_rank = state_ranks_[step_entry_.state];
  if (base_rank != step_rank) return base_rank < step_rank;
  if (less(base_entry_.composite_key, step_entry_.composite_key)) return true;
  return (base_entry_.undivided || base_entry_.issue != EntryIssue::kNone) &&
         equal(base_entry_.composite_key, step_entry_.composite_key);
}

// A map's key is no beginning of another map's: keys and namespaces end by themselves.
bool ChangeReplay::base_is_cleared() const {
  return cleared_ && !base_entry_.undivided && cleared_->state == base_entry_.state &&
         starts_with(base_entry_.composite_key, cleared_->key);
}

bool ChangeReplay::step_is_cleared(std::size_t state, const Step& step) const {
  return cleared_ && cleared_->state == state && step.sequence < cleared_->sequence &&
         step.kind != StepKind::kKeep && starts_with(step.key, cleared_->key);
}

// All steps of one composite key, which stand together.
void ChangeReplay::replay_entry() {
  const std::size_t state = step_entry_.state;
  const std::int32_t key_group = step_entry_.key_group;
  const ByteVector key = copy(step_entry_.composite_key);
  Values values;
  while (has_base_ && base_entry_.state == state && equal(base_entry_.composite_key, key)) {
    if (!base_is_cleared()) values[key] = {copy(base_entry_.value), EntryIssue::kNone};
    advance_base();
  }
  while (has_step_ && step_entry_.state == state && equal(step_entry_.composite_key, key)) {
    apply(state, read_step(), values);
    advance_step();
  }
  make_ready(state, key_group, std::move(values));
}

// All steps of one key, whose namespaces merge: in the order of the log. The step that merges has
// the shortest composite key and thus comes first.
void ChangeReplay::replay_key() {
  const std::size_t state = step_entry_.state;
  const std::int32_t key_group = step_entry_.key_group;
  const ByteVector key = copy(step_entry_.composite_key);
  Values values;
  while (has_base_ && base_entry_.state == state && starts_with(base_entry_.composite_key, key)) {
    values[copy(base_entry_.composite_key)] = {copy(base_entry_.value), EntryIssue::kNone};
    advance_base();
  }
  std::vector<Step> steps;
  while (has_step_ && step_entry_.state == state && starts_with(step_entry_.composite_key, key)) {
    steps.push_back(read_step());
    advance_step();
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.sequence < b.sequence; });
  for (Step& step : steps) apply(state, std::move(step), values);
  make_ready(state, key_group, std::move(values));
}

void ChangeReplay::apply(std::size_t state, Step step, Values& values) {
  if (step_is_cleared(state, step)) return;
  switch (step.kind) {
    case StepKind::kPut:
      values[std::move(step.key)] = {std::move(step.value), step.issue};
      break;
    case StepKind::kAppend: {
      const auto [place, is_new] = values.try_emplace(std::move(step.key));
      Value added = {std::move(step.value), step.issue};
      if (is_new) {
        place->second = std::move(added);
      } else {
        append(state, std::move(added), place->second);
      }
      break;
    }
    case StepKind::kRemove:
      values.erase(step.key);
      break;
    case StepKind::kClearMap:
      values.erase(step.key);
      cleared_ = {state, std::move(step.key), step.sequence};
      break;
    case StepKind::kMerge:
      merge(state, decode_namespace_merge(step.value), values);
      break;
    case StepKind::kKeep:
      ready_.push_back({state,
                        step_entry_.key_group,
                        std::move(step.key),
                        {std::move(step.value), EntryIssue::kUnappliedChange}});
      break;
  }
}

void ChangeReplay::merge(std::size_t state, const NamespaceMerge& merge, Values& values) const {
  std::optional<Value> merged;
  for (const ByteVector& source : merge.sources) {
    auto taken = values.extract(source);
    if (taken.empty()) continue;
    if (merged) {
      append(state, std::move(taken.mapped()), *merged);
    } else {
      merged = std::move(taken.mapped());
    }
  }
  if (!merged) return;
  const auto [target, is_new] = values.try_emplace(merge.target);
  if (is_new) {
    target->second = std::move(*merged);
  } else {
    append(state, std::move(*merged), target->second);
  }
}

void ChangeReplay::append(std::size_t state, Value added, Value& value) const {
  const bool is_list = states_[state].kind == KeyedStateKind::kList;
  if (is_list) value.bytes.push_back(kListDelimiter);
  value.bytes.insert(value.bytes.end(), added.bytes.begin(), added.bytes.end());
  value.issue = is_list ? std::max(value.issue, added.issue) : EntryIssue::kUnmergedValues;
}

void ChangeReplay::make_ready(std::size_t state, std::int32_t key_group, Values&& values) {
  for (auto& [key, value] : values) {
    ready_.push_back({state, key_group, key, std::move(value)});
  }
}

}  // namespace savvy
