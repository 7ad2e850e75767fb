#include "cli/keyed_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "format/errors.h"
#include "format/interruption.h"
#include "format/key_groups.h"
#include "readers/open_keyed.h"

namespace savvy {
namespace {

std::string where(const OperatorState& op) { return "operator " + operator_label(op); }

std::optional<StoredForm> form_of(const RewriteContext& context, const OperatorState& op,
                                  const KeyedHandle& handle) {
  if (const auto* files = handle_as<IncrementalHandle>(handle)) {
    return StoredForm{StoredLayout::kRocksdb, files->code};
  }
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
    const KeyedStream stream(context.source.open(groups->delegate), *groups,
                             key_group_prefix_bytes(op.max_parallelism), context.registry);
    const bool heap = stream.layout() == KeyedLayout::kHeap;
    return StoredForm{heap ? StoredLayout::kHeap : StoredLayout::kCanonical, groups->code};
  }
  if (const auto* log = handle_as<ChangelogHandle>(handle)) {
    for (const KeyedHandle& part : log->materialized) {
      if (const auto form = form_of(context, op, part)) return form;
    }
  }
  return std::nullopt;
}

bool is_in(const KeyGroupRange& range, std::int32_t key_group) {
  return key_group >= range.first && key_group - range.first < range.count;
}

}  // namespace

KeyedHandles managed_keyed_handles(const OperatorState& op) {
  KeyedHandles handles;
  for (const Subtask& subtask : op.subtasks) {
    const auto range = key_group_range(subtask.managed_keyed_state);
    if (!range) continue;
    handles.subtasks.push_back(&subtask);
    handles.ranges.push_back(*range);
  }
  return handles;
}

std::vector<KeyedInput> open_inputs(const RewriteContext& context, const OperatorState& op,
                                    const KeyedHandles& handles,
                                    const std::vector<KeyedPart>& parts) {
  std::vector<KeyedInput> inputs;
  for (const KeyedPart& part : parts) {
    KeyedInput input;
    input.subtask = handles.subtasks[part.source]->index;
    input.range = part.range;
    input.handle = &handles.subtasks[part.source]->managed_keyed_state;
    input.source = open_keyed_source(context.source, *input.handle, op.max_parallelism,
                                     context.registry, context.cache, context.memory);
    input.stream = dynamic_cast<const KeyedStream*>(input.source.get());
    inputs.push_back(std::move(input));
  }
  std::sort(inputs.begin(), inputs.end(),
            [](const KeyedInput& a, const KeyedInput& b) { return a.range.first < b.range.first; });
  return inputs;
}

UnitedKeyedMeta unite(const RewriteContext& context, const OperatorState& op,
                      const std::vector<KeyedInput>& inputs) {
  std::vector<KeyedMetaSource> sources;
  for (const KeyedInput& input : inputs) {
    const KeyedMetaBlock* block = input.source->meta_block();
    if (block == nullptr) {
      throw UnsupportedError(fmt::format(
          "{} subtask {}: the change log does not name the key's serializer, and nothing is "
          "materialized that does; take a savepoint with the job, or wait for its first "
          "materialization",
          where(op), input.subtask));
    }
    sources.push_back({block, fmt::format("subtask {}", input.subtask)});
  }
  return unite_keyed(sources, context.registry, where(op));
}

StoredForm stored_form(const RewriteContext& context, const OperatorState& op) {
  for (const Subtask& subtask : op.subtasks) {
    if (const auto form = form_of(context, op, subtask.managed_keyed_state)) return *form;
  }
  // Change logs alone: what every backend restores.
  return {};
}

bool JoinedInputs::open_next_group() {
  check_interrupt(interrupted_);
  for (; input_ < inputs_.size(); ++input_, section_ = 0) {
    const std::vector<KeyGroupSection>& sections = inputs_[input_].source->sections();
    for (; section_ < sections.size(); ++section_) {
      const KeyGroupSection& section = sections[section_];
      if (section.size_bytes == 0 || !is_in(inputs_[input_].range, section.key_group)) continue;
      group_ = inputs_[input_].source->open(section);
      return true;
    }
  }
  return false;
}

void JoinedInputs::close_group() {
  const std::vector<std::uint64_t> counts = group_->empty_collections();
  for (std::size_t i = 0; i < counts.size(); ++i) empty_[united_.ids[input_][i]] += counts[i];
  group_.reset();
  ++section_;
}

bool JoinedInputs::next(KeyedEntry& entry) {
  while (group_ != nullptr || open_next_group()) {
    if (group_->next(entry)) {
      entry.state = united_.ids[input_][entry.state];
      return true;
    }
    close_group();
  }
  return false;
}

}  // namespace savvy
