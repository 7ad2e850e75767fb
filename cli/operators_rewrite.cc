#include "cli/operators_rewrite.h"

#include "cli/error_place.h"
#include "cli/rescale_operator.h"
#include "cli/rescale_report.h"
#include "cli/retarget.h"
#include "format/key_groups.h"
#include "format/kryo_release.h"
#include "readers/local_storage.h"
#include "readers/open_keyed.h"
#include "readers/raw_timer_source.h"

namespace savvy {
namespace {

// Flink 1.16: all releases that write it know the newer codes of keyed handles.
constexpr std::int32_t kFirstVersionWithNewCodes = 4;
// With RocksDB 8.10, whose files have XXH3 checksums.
constexpr std::int32_t kFirstVersionOfFlink2 = 5;
constexpr FlinkRelease kFlink2 = {2, 0};

SnapshotFacts facts_of(const Snapshot& source) {
  const auto subtask = [&source](std::size_t op, std::size_t index) -> const Subtask& {
    return source.metadata().operators[op].subtasks[index];
  };
  SnapshotFacts facts;
  facts.has_inflight_data = [&source, subtask](std::size_t op, std::size_t index) {
    return has_inflight_data(source, subtask(op, index));
  };
  facts.raw_keyed_is_timers = [&source, subtask](std::size_t op, std::size_t index) {
    const auto* groups = handle_as<KeyGroupsHandle>(subtask(op, index).raw_keyed_state);
    return groups != nullptr && holds_raw_timers(source, *groups);
  };
  return facts;
}

// What Flink's backends write, in the oldest codes that the releases of the version may need.
KeyedCode code_of(StoredLayout layout, std::int32_t version) {
  const bool newer = version >= kFirstVersionWithNewCodes;
  switch (layout) {
    case StoredLayout::kCanonical:
      return KeyedCode::kSavepointKeyGroups;
    case StoredLayout::kHeap:
      return newer ? KeyedCode::kKeyGroupsV2 : KeyedCode::kKeyGroups;
    case StoredLayout::kRocksdb:
      break;
  }
  return newer ? KeyedCode::kIncrementalV2 : KeyedCode::kIncremental;
}

class OperatorsPlan {
 public:
  OperatorsPlan(const OperatorsRewrite& command, const Snapshot& source)
      : layout_(command.layout),
        target_(metadata_target(command.target)),
        plan_(plan_rescale(source.metadata(), rescale_options(command.rescale), facts_of(source))) {
    if (!layout_) return;
    for (std::size_t i = 0; i < plan_.operators.size(); ++i) {
      RescaleAction& action = plan_.operators[i].action;
      const bool stays = action == RescaleAction::kKept || action == RescaleAction::kNotParallel;
      const OperatorState& op = source.metadata().operators[i];
      if (stays && has_managed_keyed(op)) action = RescaleAction::kConverted;
    }
  }

  const RescalePlan& plan() const { return plan_; }

  void add_units(const RewriteContext& context, RewritePlan& rewrite) const {
    const Metadata& old = context.source.metadata();
    note_relative_files(old.version, context.notes);
    note_kept_values(old.version, target_version(target_, old.version), context.notes);
    rewrite.target = target_;
    rewrite.metadata.version = old.version;
    rewrite.metadata.dialect = old.dialect;
    rewrite.metadata.checkpoint_id = old.checkpoint_id;
    rewrite.metadata.master_states = old.master_states;
    rewrite.metadata.properties = self_contained_properties(context.source, savepoint_format());
    rewrite.metadata.operators.resize(old.operators.size());
    for (std::size_t i = 0; i < old.operators.size(); ++i) {
      const OperatorState& op = old.operators[i];
      std::vector<RewriteUnit> units;
      plan_operator_units(context, op, plan_.operators[i], form_of(context, op), rewrite.copies,
                          rewrite.metadata.operators[i], units);
      for (RewriteUnit& unit : units) {
        rewrite.units.emplace_back(
            [place = place_of(op), unit = std::move(unit)] { run_at(place, unit); });
      }
    }
  }

 private:
  std::optional<SavepointFormat> savepoint_format() const {
    if (!layout_) return std::nullopt;
    return *layout_ == StoredLayout::kCanonical ? SavepointFormat::kCanonical
                                                : SavepointFormat::kNative;
  }

  std::optional<StoredForm> form_of(const RewriteContext& context, const OperatorState& op) const {
    if (!layout_ || !has_managed_keyed(op)) return std::nullopt;
    const std::int32_t version = target_version(target_, context.source.metadata().version);
    const StoredForm stored = stored_form(context, op);
    StoredForm form;
    form.layout = *layout_;
    // A canonical stream behind another code, as RocksDB wrote it before Flink 1.16, is restored by
    // RocksDB alone (HeapKeyedStateBackendBuilder).
    const bool keeps_code = stored.layout == *layout_ && *layout_ != StoredLayout::kCanonical;
    form.code = keeps_code ? stored.code : code_of(*layout_, version);
    form.key_value_only = true;
    form.reads_xxh3 =
        target_.release ? *target_.release >= kFlink2 : version >= kFirstVersionOfFlink2;
    return form;
  }

  std::optional<StoredLayout> layout_;
  MetadataTarget target_;
  RescalePlan plan_;
};

// How much keyed state each new subtask gets, where key groups keep their numbers.
SubtaskSizes sizes_of(const Snapshot& source, const SerializerRegistry& registry,
                      const OperatorState& op, const OperatorPlan& plan) {
  SubtaskSizes sizes;
  if (plan.action != RescaleAction::kRescaled || plan.rehashes_keys) return sizes;
  const RocksdbCache cache(0);
  for (const Subtask& subtask : op.subtasks) {
    const KeyedHandle& handle = subtask.managed_keyed_state;
    if (!can_open_keyed(handle)) continue;
    sizes.bytes.resize(static_cast<std::size_t>(plan.new_parallelism));
    if (handle_as<KeyGroupsHandle>(handle) == nullptr) sizes.exact = false;
    const auto state = open_keyed_source(source, handle, op.max_parallelism, registry, cache);
    for (const KeyGroupSection& section : state->sections()) {
      const std::int32_t owner =
          subtask_of_key_group(section.key_group, plan.new_parallelism, plan.new_max_parallelism);
      sizes.bytes[static_cast<std::size_t>(owner)] += section.size_bytes;
    }
  }
  return sizes;
}

}  // namespace

int rewrite_operators(const OperatorsRewrite& command) {
  const LocalStorage storage;
  const Snapshot source(command.rewrite.source, PathMap(command.rewrite.map_rules), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(source.metadata().version));
  const OperatorsPlan plan(command, source);
  RescaleReport report{source, command, plan.plan(), {}, {}, {}};
  const PlanRewrite plan_rewrite = [&plan](const RewriteContext& context, RewritePlan& rewrite) {
    plan.add_units(context, rewrite);
  };
  if (command.rewrite.dry_run) {
    report.notes = plan_snapshot(source, registry, command.rewrite, plan_rewrite);
    for (std::size_t i = 0; i < report.plan.operators.size(); ++i) {
      report.sizes.push_back(
          sizes_of(source, registry, source.metadata().operators[i], report.plan.operators[i]));
    }
  } else {
    report.result = write_snapshot(source, registry, command.rewrite, plan_rewrite);
    report.notes = report.result->notes;
  }
  print_report(command.rewrite, render(report, command.format.format()));
  return 0;
}

}  // namespace savvy
