#include "cli/rescale_operator.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "cli/copy_state.h"
#include "cli/rehash_keyed.h"
#include "cli/rescale_keyed.h"
#include "cli/rescale_operator_state.h"
#include "format/errors.h"
#include "readers/channel_buffers.h"
#include "readers/open_keyed.h"
#include "redistribute/rehash.h"

namespace savvy {
namespace {

// Fills in the keyed state of a subtask whose other state is copied.
using PlanKeyed = std::function<void(const Subtask& old, Subtask& copy)>;

// The subtasks of the result stay where they are from here on.
void copy_operator(const OperatorState& op, const OperatorPlan& plan, StreamCopies& copies,
                   const PlanKeyed& plan_keyed, OperatorState& result) {
  result.subtasks.reserve(op.subtasks.size());
  for (const Subtask& subtask : op.subtasks) {
    if (subtask.finished && plan.dropped_finished_subtasks > 0) continue;
    Subtask kept = subtask;
    kept.managed_keyed_state = {};
    if (plan.dropped_channel_handles > 0) {
      kept.input_channel_state.clear();
      kept.result_subpartition_state.clear();
    }
    result.subtasks.push_back(copy_subtask(kept, copies));
    plan_keyed(subtask, result.subtasks.back());
  }
}

template <typename Member>
bool any_subtask(const OperatorState& op, Member has) {
  return std::any_of(op.subtasks.begin(), op.subtasks.end(), has);
}

bool has_raw_keyed(const OperatorState& op) {
  return any_subtask(op, [](const Subtask& s) { return !is_null(s.raw_keyed_state); });
}

std::vector<KeyGroupRange> raw_keyed_ranges(const OperatorState& op) {
  std::vector<KeyGroupRange> ranges;
  for (const Subtask& subtask : op.subtasks) {
    const auto range = key_group_range(subtask.raw_keyed_state);
    if (range) ranges.push_back(*range);
  }
  return ranges;
}

class OperatorRescale {
 public:
  OperatorRescale(const RewriteContext& context, const OperatorState& op, const OperatorPlan& plan,
                  const std::optional<StoredForm>& form, OperatorState& result)
      : context_(context), op_(op), plan_(plan), result_(result) {
    if (form) {
      form_ = *form;
    } else if (has_managed_keyed(op)) {
      form_ = stored_form(context, op);
    }
    const std::string where = "operator " + operator_label(op);
    handles_ = managed_keyed_handles(op);
    require_disjoint(handles_.ranges, op.max_parallelism, where);
    require_disjoint(raw_keyed_ranges(op), op.max_parallelism, where);
    if (plan.rehashes_keys) require_known_hashes(where);
  }

  void add_units(std::vector<RewriteUnit>& units) {
    for (std::int32_t i = 0; i < plan_.new_parallelism; ++i) {
      Subtask subtask;
      subtask.index = i;
      result_.subtasks.push_back(std::move(subtask));
    }
    if (any_subtask(op_, [](const Subtask& s) { return s.managed_operator_state.has_value(); })) {
      units.emplace_back([this] { write_managed_operator_state(); });
    }
    if (any_subtask(op_, [](const Subtask& s) { return s.raw_operator_state.has_value(); })) {
      units.emplace_back([this] { write_raw_operator_state(); });
    }
    if (plan_.rehashes_keys) {
      units.emplace_back([this] { rehash(); });
    } else if (has_managed_keyed(op_) || has_raw_keyed(op_)) {
      add_keyed_units(units);
    }
  }

 private:
  NewSubtask subtask(std::int32_t index) const {
    return {op_,
            index,
            plan_.new_parallelism,
            plan_.new_max_parallelism,
            form_,
            context_.source.metadata().checkpoint_id,
            std::nullopt};
  }

  // Before anything is written.
  void require_known_hashes(const std::string& where) const {
    for (const Subtask* subtask : handles_.subtasks) {
      require_hashable(
          read_keyed_schemas(context_.source, subtask->managed_keyed_state, context_.registry),
          where);
    }
  }

  void add_keyed_units(std::vector<RewriteUnit>& units) {
    parts_ = plan_keyed(handles_.ranges, plan_.new_parallelism, plan_.new_max_parallelism);
    for (std::int32_t i = 0; i < plan_.new_parallelism; ++i) {
      units.emplace_back([this, i] {
        const auto at = static_cast<std::size_t>(i);
        Subtask& to = result_.subtasks[at];
        to.managed_keyed_state = rescale_keyed(context_, subtask(i), handles_, parts_[at]);
        to.raw_keyed_state = rescale_raw_keyed(context_, subtask(i));
      });
    }
  }

  void rehash() {
    std::vector<NewSubtask> subtasks;
    subtasks.reserve(static_cast<std::size_t>(plan_.new_parallelism));
    for (std::int32_t i = 0; i < plan_.new_parallelism; ++i) subtasks.push_back(subtask(i));
    if (has_managed_keyed(op_)) {
      const std::vector<KeyedHandle> written = rehash_keyed(context_, op_, handles_, subtasks);
      for (std::size_t i = 0; i < written.size(); ++i) {
        result_.subtasks[i].managed_keyed_state = written[i];
      }
    }
    if (has_raw_keyed(op_)) {
      const std::vector<KeyedHandle> written = rehash_raw_timers(context_, op_, subtasks);
      for (std::size_t i = 0; i < written.size(); ++i) {
        result_.subtasks[i].raw_keyed_state = written[i];
      }
    }
  }

  void write_managed_operator_state() {
    const OperatorStateRescale rescale(context_, op_, plan_.new_parallelism);
    for (Subtask& to : result_.subtasks) to.managed_operator_state = rescale.write(to.index);
  }

  void write_raw_operator_state() {
    const RawOperatorStateRescale rescale(context_, op_, plan_.new_parallelism);
    for (Subtask& to : result_.subtasks) to.raw_operator_state = rescale.write(to.index);
  }

  const RewriteContext& context_;
  const OperatorState& op_;
  const OperatorPlan& plan_;
  OperatorState& result_;
  StoredForm form_;
  KeyedHandles handles_;
  std::vector<std::vector<KeyedPart>> parts_;
};

// Keyed state of an operator that is not dealt out anew, subtask by subtask in another form.
class KeyedConversion {
 public:
  KeyedConversion(const RewriteContext& context, const OperatorState& op, const StoredForm& form)
      : context_(context), op_(op), form_(form), handles_(managed_keyed_handles(op)) {}

  void convert(const Subtask& old, Subtask& copy) const {
    // They are in the order of the operator.
    const auto found = std::lower_bound(handles_.subtasks.begin(), handles_.subtasks.end(), &old);
    if (found == handles_.subtasks.end() || *found != &old) {
      throw UnsupportedError(
          fmt::format("operator {} subtask {}: keyed state in a handle without "
                      "key groups",
                      operator_label(op_), old.index));
    }
    const auto source = static_cast<std::size_t>(found - handles_.subtasks.begin());
    const KeyGroupRange range = handles_.ranges[source];
    const NewSubtask subtask{op_,
                             old.index,
                             op_.parallelism,
                             op_.max_parallelism,
                             form_,
                             context_.source.metadata().checkpoint_id,
                             range};
    copy.managed_keyed_state = rescale_keyed(context_, subtask, handles_, {{source, range}});
  }

 private:
  const RewriteContext& context_;
  const OperatorState& op_;
  StoredForm form_;
  KeyedHandles handles_;
};

PlanKeyed copy_keyed(StreamCopies& copies) {
  return [&copies](const Subtask& old, Subtask& copy) {
    copy.managed_keyed_state = with_private_files(copies.plan_all(old.managed_keyed_state));
  };
}

// A copied stream of key groups; a canonical one under the code that every backend restores.
KeyedHandle with_code(const KeyedHandle& copied, const StoredForm& form) {
  KeyGroupsHandle handle = *handle_as<KeyGroupsHandle>(copied);
  if (form.layout == StoredLayout::kCanonical) handle.code = form.code;
  return Boxed<KeyGroupsHandle>(std::move(handle));
}

// Streams that are in the layout already are copied, whatever they hold.
PlanKeyed convert_keyed(const RewriteContext& context, const OperatorState& op,
                        const StoredForm& form, StreamCopies& copies,
                        std::vector<RewriteUnit>& units) {
  const auto conversion = std::make_shared<KeyedConversion>(context, op, form);
  return [conversion, &context, &op, form, &copies, &units](const Subtask& old, Subtask& copy) {
    if (is_null(old.managed_keyed_state)) return;
    if (is_stream_in(context, op, old.managed_keyed_state, form.layout)) {
      copy.managed_keyed_state = with_code(copies.plan_all(old.managed_keyed_state), form);
    } else {
      units.emplace_back([conversion, &old, &copy] { conversion->convert(old, copy); });
    }
  };
}

}  // namespace

bool has_managed_keyed(const OperatorState& op) {
  return any_subtask(op, [](const Subtask& s) { return !is_null(s.managed_keyed_state); });
}

void plan_operator_units(const RewriteContext& context, const OperatorState& op,
                         const OperatorPlan& plan, const std::optional<StoredForm>& form,
                         StreamCopies& copies, OperatorState& result,
                         std::vector<RewriteUnit>& units) {
  result = op;
  result.subtasks.clear();
  result.parallelism = plan.new_parallelism;
  result.max_parallelism = plan.new_max_parallelism;
  if (plan.action != RescaleAction::kRescaled) {
    if (!op.fully_finished() && plan.action != RescaleAction::kNoState) {
      copy_operator(op, plan, copies,
                    form ? convert_keyed(context, op, *form, copies, units) : copy_keyed(copies),
                    result);
    }
    return;
  }
  const auto rescale = std::make_shared<OperatorRescale>(context, op, plan, form, result);
  std::vector<RewriteUnit> own;
  rescale->add_units(own);
  for (RewriteUnit& unit : own) {
    units.emplace_back([rescale, unit = std::move(unit)] { unit(); });
  }
}

bool has_inflight_data(const Snapshot& snapshot, const Subtask& subtask) {
  for (const auto* handles : {&subtask.input_channel_state, &subtask.result_subpartition_state}) {
    for (const ChannelHandle& handle : *handles) {
      if (holds_data(snapshot, handle)) return true;
    }
  }
  return false;
}

}  // namespace savvy
