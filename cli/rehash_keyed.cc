#include "cli/rehash_keyed.h"

#include <numeric>
#include <utility>

#include "readers/entry_sorter.h"
#include "redistribute/rehash.h"

namespace savvy {
namespace {

std::vector<KeyedPart> all_parts(const KeyedHandles& handles) {
  std::vector<KeyedPart> parts;
  for (std::size_t i = 0; i < handles.ranges.size(); ++i) parts.push_back({i, handles.ranges[i]});
  return parts;
}

std::vector<std::size_t> ranks_in_order(std::size_t count) {
  std::vector<std::size_t> ranks(count);
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  return ranks;
}

}  // namespace

std::vector<KeyedHandle> rehash_keyed(const RewriteContext& context, const OperatorState& op,
                                      const KeyedHandles& handles,
                                      const std::vector<NewSubtask>& subtasks) {
  const std::string where = "operator " + operator_label(op);
  const std::vector<KeyedInput> inputs = open_inputs(context, op, handles, all_parts(handles));
  const UnitedKeyedMeta united = unite(context, op, inputs, subtasks.front().form);
  std::vector<KeyedStateSchema> states = keyed_state_schemas(united.block, where);
  require_hashable(states, where);
  JoinedInputs joined(inputs, united, context.interrupted);
  RehashedSource rehashed(joined, std::move(states),
                          {op.max_parallelism, subtasks.front().max_parallelism}, where);
  EntrySorter sorted(rehashed, ranks_in_order(united.block.states.size()), context.memory,
                     EntryOrder::kKeyGroupFirst);
  std::vector<KeyedHandle> written;
  KeyedEntry entry;
  bool more = sorted.next(entry);
  for (const NewSubtask& subtask : subtasks) {
    const KeyedPlace place = subtask.place();
    const auto target = make_keyed_target(context.folder, united.block, place);
    std::int32_t key_group = -1;
    for (; more && entry.key_group < place.range.first + place.range.count;
         more = sorted.next(entry)) {
      if (entry.key_group != key_group) target->begin_key_group(entry.key_group);
      key_group = entry.key_group;
      target->add(entry);
    }
    written.push_back(target->finish());
  }
  for (std::size_t i = 0; i < united.block.states.size(); ++i) {
    context.notes.add_empty(operator_label(op), united.block.states[i].name,
                            joined.empty_collections()[i]);
  }
  return written;
}

}  // namespace savvy
