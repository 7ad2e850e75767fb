#include "cli/keyed_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "format/errors.h"
#include "format/interruption.h"
#include "format/key_groups.h"
#include "format/key_value_v2.h"
#include "readers/open_keyed.h"

namespace savvy {
namespace {

// Metadata of version 5 is from Flink 2.0, whose RocksDB is 8.10.
constexpr std::int32_t kFirstVersionWithXxh3 = 5;

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
                      const std::vector<KeyedInput>& inputs, const StoredForm& form) {
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
  UnitedKeyedMeta united = unite_keyed(sources, context.registry, where(op));
  if (form.key_value_only) {
    united.block = as_key_value(std::move(united.block), context.registry, where(op));
  }
  return united;
}

StoredForm stored_form(const RewriteContext& context, const OperatorState& op) {
  StoredForm stored;  // of change logs alone: what every backend restores
  for (const Subtask& subtask : op.subtasks) {
    const auto form = form_of(context, op, subtask.managed_keyed_state);
    if (!form) continue;
    stored = *form;
    break;
  }
  stored.reads_xxh3 = context.source.metadata().version >= kFirstVersionWithXxh3;
  return stored;
}

bool is_stream_in(const RewriteContext& context, const OperatorState& op, const KeyedHandle& handle,
                  StoredLayout layout) {
  if (handle_as<KeyGroupsHandle>(handle) == nullptr) return false;
  return form_of(context, op, handle)->layout == layout;
}

EntryTranslator::EntryTranslator(const KeyedSource& source, const UnitedKeyedMeta& united,
                                 const std::vector<std::size_t>& ids)
    : source_(source), ids_(ids) {
  for (std::size_t i = 0; i < source.states().size(); ++i) {
    const bool stays_v2 = united.block.states[ids[i]].type == BackendStateType::kKeyValueV2;
    changed_.push_back(changes_as_key_value(source.states()[i]) && !stays_v2);
  }
}

bool EntryTranslator::changes_values() const {
  return std::find(changed_.begin(), changed_.end(), true) != changed_.end();
}

void EntryTranslator::translate(KeyedEntry& entry) {
  if (changed_[entry.state] && !entry.undivided && entry.issue == EntryIssue::kNone) {
    value_.clear();
    append_key_value(source_.states()[entry.state], entry.value, source_.name(), value_);
    entry.value = value_;
  }
  entry.state = ids_[entry.state];
}

JoinedInputs::JoinedInputs(const std::vector<KeyedInput>& inputs, const UnitedKeyedMeta& united,
                           const std::atomic<bool>* interrupted)
    : inputs_(inputs),
      united_(united),
      interrupted_(interrupted),
      empty_(united.block.states.size()) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    translators_.emplace_back(*inputs[i].source, united, united.ids[i]);
  }
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
      translators_[input_].translate(entry);
      return true;
    }
    close_group();
  }
  return false;
}

}  // namespace savvy
