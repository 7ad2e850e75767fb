#include <fmt/format.h>

#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

#include "cli/raw_timer_target.h"
#include "cli/rehash_keyed.h"
#include "format/derived_id.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "readers/entry_sorter.h"
#include "redistribute/rehash.h"

namespace savvy {
namespace {

constexpr std::size_t kQueuesOfService = 2;

// The timers of all old subtasks, with one list of services.
class TimerInputs {
 public:
  TimerInputs(const RewriteContext& context, const OperatorState& op) : op_(op) {
    for (const Subtask& subtask : op.subtasks) {
      if (is_null(subtask.raw_keyed_state)) continue;
      auto source =
          open_raw_timer_source(context.source, subtask.raw_keyed_state,
                                key_group_prefix_bytes(op.max_parallelism), context.registry);
      if (source == nullptr) {
        throw UnsupportedError(fmt::format(
            "operator {} subtask {}: the timers in raw keyed state have a serializer that is not "
            "known, so they cannot get new key groups",
            operator_label(op), subtask.index));
      }
      const auto* handle = handle_as<KeyGroupsHandle>(subtask.raw_keyed_state);
      code_ = handle->code;
      std::vector<std::size_t> ids;
      for (std::size_t i = 0; i < source->services().size(); ++i) {
        const std::size_t service = add_service(source->services()[i], subtask.index);
        for (std::size_t queue = 0; queue < kQueuesOfService; ++queue) {
          const std::size_t id = service * kQueuesOfService + queue;
          if (id == states_.size()) {
            states_.push_back(source->states()[i * kQueuesOfService + queue]);
          }
          ids.push_back(id);
        }
      }
      KeyedInput input;
      input.subtask = subtask.index;
      input.range = handle->range;
      input.source = std::move(source);
      inputs_.push_back(std::move(input));
      united_.ids.push_back(std::move(ids));
    }
    united_.block.states.resize(states_.size());
  }

  const std::vector<RawTimerService>& services() const { return services_; }
  const std::vector<KeyedStateSchema>& states() const { return states_; }
  KeyedCode code() const { return code_; }
  JoinedInputs join(const std::atomic<bool>* interrupted) const {
    return {inputs_, united_, interrupted};
  }

 private:
  std::size_t add_service(const RawTimerService& service, std::int32_t subtask) {
    const auto [known, is_new] = service_ids_.try_emplace(service.name, services_.size());
    if (is_new) services_.push_back(service);
    if (is_new || services_[known->second] == service) return known->second;
    throw UnsupportedError(fmt::format(
        "operator {} subtask {}: timer service \"{}\" has other serializers than in the subtasks "
        "before",
        operator_label(op_), subtask, service.name));
  }

  const OperatorState& op_;
  std::vector<RawTimerService> services_;
  std::unordered_map<std::string, std::size_t> service_ids_;  // by name
  std::vector<KeyedStateSchema> states_;
  std::vector<KeyedInput> inputs_;
  UnitedKeyedMeta united_;
  KeyedCode code_ = KeyedCode::kKeyGroupsV2;
};

}  // namespace

std::vector<KeyedHandle> rehash_raw_timers(const RewriteContext& context, const OperatorState& op,
                                           const std::vector<NewSubtask>& subtasks) {
  const std::string where = "operator " + operator_label(op);
  const TimerInputs inputs(context, op);
  require_hashable(inputs.states(), where);
  JoinedInputs joined = inputs.join(context.interrupted);
  RehashedSource rehashed(joined, inputs.states(),
                          {op.max_parallelism, subtasks.front().max_parallelism}, where);
  std::vector<std::size_t> ranks(inputs.states().size());
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  EntrySorter sorted(rehashed, std::move(ranks), context.memory, EntryOrder::kKeyGroupFirst);
  std::vector<KeyedHandle> written;
  KeyedEntry entry;
  bool more = sorted.next(entry);
  for (const NewSubtask& subtask : subtasks) {
    const KeyGroupRange range = subtask.range();
    RawKeyedWriter writer(context.folder,
                          subtask_file_name(op.id, subtask.index, SubtaskStream::kRawKeyed), range,
                          inputs.code());
    RawTimerTarget target(writer, inputs.services(), range);
    const int prefix_bytes = key_group_prefix_bytes(subtask.max_parallelism);
    for (; more && entry.key_group < range.first + range.count; more = sorted.next(entry)) {
      target.add(entry.key_group, entry.state,
                 cut_composite_key(inputs.states()[entry.state], entry.composite_key, prefix_bytes,
                                   where));
    }
    target.finish();
    written.push_back(writer.finish());
  }
  return written;
}

}  // namespace savvy
