#include "cli/data_units.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cli/key_targets.h"
#include "format/byte_units.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "format/metadata_slots.h"
#include "readers/check/changelog_check.h"
#include "readers/check/database_check.h"
#include "readers/check/operator_check.h"
#include "readers/check/raw_check.h"
#include "readers/open_keyed.h"

namespace savvy {
namespace {

// Key groups are taken together until a unit has this many bytes to read.
constexpr std::uint64_t kUnitBytes = kMiB;
constexpr std::size_t kCacheBytes = 16 * kMiB;

constexpr const char* kManagedKeyed = "managed_keyed";

// What is missing the check of the files reports.
bool is_missing_a_file(const Snapshot& snapshot, const KeyedHandle& handle) {
  bool missing = false;
  for_each_stream(handle, [&](const StreamUse& use) {
    missing |= !is_null(use.stream) && !snapshot.found_bytes(use.stream);
  });
  return missing;
}

}  // namespace

CheckUnitQueue::CheckUnitQueue(const Snapshot& snapshot, const SerializerRegistry& registry,
                               Sample& sample, const CheckDepth& depth)
    : snapshot_(snapshot),
      registry_(registry),
      sample_(sample),
      depth_(depth),
      cache_(kCacheBytes) {
  for (const OperatorState& op : snapshot.metadata().operators) plan_operator(op);
}

void CheckUnitQueue::plan_operator(const OperatorState& op) {
  if (op.coordinator_state) {
    add([this, &op](FindingSink& sink) {
      const SlotPlace at = {&op, nullptr, "coordinator"};
      check_coordinator_state(op,
                              FindingReport(finding_place(at, op.coordinator_state->name), sink));
    });
  }
  for (const Subtask* subtask : unfinished_subtasks(op)) plan_subtask({op, *subtask});
}

void CheckUnitQueue::plan_subtask(const Where& where) {
  const Subtask& subtask = where.subtask;
  if (subtask.managed_operator_state && !holds_no_state(*subtask.managed_operator_state)) {
    add([this, where](FindingSink& sink) {
      check_operator_state(snapshot_, *where.subtask.managed_operator_state, registry_, sample_,
                           FindingReport(place_of(where, "managed_operator"), sink));
    });
  }
  if (subtask.raw_operator_state && !holds_no_state(*subtask.raw_operator_state)) {
    add([this, where](FindingSink& sink) {
      check_raw_operator_state(snapshot_, *where.subtask.raw_operator_state,
                               FindingReport(place_of(where, "raw_operator"), sink));
    });
  }
  plan_keyed(where, subtask.managed_keyed_state, StreamCover::kWhole);
  if (!is_null(subtask.raw_keyed_state)) {
    add([this, where](FindingSink& sink) {
      check_raw_keyed_state(snapshot_, where.subtask.raw_keyed_state, key_space(where.op),
                            registry_, sample_, FindingReport(place_of(where, "raw_keyed"), sink));
    });
  }
  const auto plan_channels = [&](const std::vector<ChannelHandle>& handles, const char* slot) {
    for (const ChannelHandle& handle : handles) {
      add([this, where, &handle, slot](FindingSink& sink) {
        check_channel_state(snapshot_, handle, FindingReport(place_of(where, slot), sink));
      });
    }
  };
  plan_channels(subtask.input_channel_state, "channel_input");
  plan_channels(subtask.result_subpartition_state, "channel_result");
}

void CheckUnitQueue::plan_keyed(const Where& where, const KeyedHandle& handle, StreamCover cover) {
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
    planned_.push_back([this, where, groups, cover]() -> CheckUnit {
      FindingList found;
      const std::shared_ptr<const KeyedCheck> check =
          open_stream_check(snapshot_, *groups, cover, key_space(where.op), registry_,
                            FindingReport(place_of(where, kManagedKeyed), found));
      if (check != nullptr) open_stream(where, *groups, check);
      return [found](FindingSink& sink) { found.add_to(sink); };
    });
  } else if (handle_as<IncrementalHandle>(handle) != nullptr) {
    add([this, where, &handle](FindingSink& sink) { check_incremental(where, handle, sink); });
  } else if (handle_as<ChangelogHandle>(handle) != nullptr) {
    add([this, where, &handle](FindingSink& sink) { check_changelog(where, handle, sink); });
  }
}

// Groups the key groups of a stream into units of about equal size.
void CheckUnitQueue::open_stream(const Where& where, const KeyGroupsHandle& handle,
                                 const std::shared_ptr<const KeyedCheck>& check) {
  std::vector<KeyGroupSection> batch;
  std::uint64_t batch_bytes = 0;
  const auto close_batch = [&] {
    if (batch.empty()) return;
    ready_.push_back(
        [this, where, check, &handle, sections = std::exchange(batch, {})](FindingSink& sink) {
          const FindingReport report = FindingReport(place_of(where, kManagedKeyed), sink)
                                           .in_stream(snapshot_, handle.delegate, check->name());
          for (const KeyGroupSection& section : sections) {
            if (!report.stopped()) check->check(section, report);
          }
        });
    batch_bytes = 0;
  };
  for (const KeyGroupSection& section : check->sections()) {
    if (section.size_bytes == 0 || !takes(where, section.key_group)) continue;
    batch.push_back(section);
    batch_bytes += section.size_bytes;
    if (batch_bytes >= kUnitBytes) close_batch();
  }
  close_batch();
}

void CheckUnitQueue::check_all(const KeyedCheck& check, const Where& where,
                               const FindingReport& report) const {
  for (const KeyGroupSection& section : check.sections()) {
    if (section.size_bytes == 0 || report.stopped()) continue;
    if (takes(where, section.key_group)) check.check(section, report);
  }
}

// The files of a database, then its live entries: RocksDB is not given files that are known to be
// damaged.
void CheckUnitQueue::check_incremental(const Where& where, const KeyedHandle& handle,
                                       FindingSink& sink) const {
  const IncrementalHandle& files = *handle_as<IncrementalHandle>(handle);
  if (!can_be_key_groups(files.range)) return;  // the metadata's own check tells
  const FindingPlace place = place_of(where, kManagedKeyed);
  FindingList found(depth_.after_error);
  check_state_meta(snapshot_, files.meta, registry_, FindingReport(place, found));
  check_database(snapshot_, files, where.op.max_parallelism, place, *depth_.data_percent, found);
  found.add_to(sink);
  if (found.error_count() > 0) return;
  const FindingReport report(place, sink);
  check_source(where, handle, FindingCode::kSstDamaged,
               report.in_stream(snapshot_, files.meta, {}));
}

// Full handles first, then the logs; then, if nothing is wrong with either, what they amount to.
void CheckUnitQueue::check_changelog(const Where& where, const KeyedHandle& handle,
                                     FindingSink& sink) const {
  const auto& changelog = *handle_as<ChangelogHandle>(handle);
  FindingList found(depth_.after_error);
  FindingPlace place = place_of(where, kManagedKeyed);
  place.file = snapshot_.metadata_path();  // of what lies inline
  const FindingReport report(std::move(place), found);
  for (const KeyedHandle& part : changelog.materialized) check_full_handle(where, part, report);
  const LogState log = check_change_logs(snapshot_, changelog, registry_, report);
  if (log == LogState::kWhole && found.error_count() == 0 && !changelog.non_materialized.empty()) {
    check_source(where, handle, FindingCode::kChangeLogDamaged, report);
  }
  found.add_to(sink);
}

void CheckUnitQueue::check_full_handle(const Where& where, const KeyedHandle& handle,
                                       const FindingReport& report) const {
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
    const auto check = open_stream_check(snapshot_, *groups, StreamCover::kPart,
                                         key_space(where.op), registry_, report);
    if (check == nullptr) return;
    check_all(*check, where, report.in_stream(snapshot_, groups->delegate, check->name()));
  } else if (handle_as<IncrementalHandle>(handle) != nullptr) {
    check_incremental(where, handle, report.sink());
  }
}

void CheckUnitQueue::check_source(const Where& where, const KeyedHandle& handle, FindingCode damage,
                                  const FindingReport& report) const {
  constexpr const char* kExpected = "keyed state that can be opened";
  if (is_missing_a_file(snapshot_, handle)) return;
  SortMemory memory = kChangelogMemory;
  memory.temp_directory = depth_.temp_directory;
  report.guard(damage, kExpected, [&] {
    const auto check = make_source_check(
        open_keyed_source(snapshot_, handle, where.op.max_parallelism, registry_, cache_, memory),
        key_space(where.op), damage, kExpected);
    check_all(*check, where, report);
  });
}

bool CheckUnitQueue::takes(const Where& where, std::int32_t key_group) const {
  return sample_.takes({to_hex(where.op.id), 0, kManagedKeyed, {}},
                       static_cast<std::uint64_t>(key_group));
}

KeySpace CheckUnitQueue::key_space(const OperatorState& op) const {
  return {op.max_parallelism, row_hash_of(snapshot_.metadata().version) == RowHash::kKnown};
}

FindingPlace CheckUnitQueue::place_of(const Where& where, std::string_view slot) const {
  return finding_place({&where.op, &where.subtask, slot}, {});
}

std::optional<CheckUnit> CheckUnitQueue::next() {
  if (!ready_.empty()) {
    CheckUnit unit = std::move(ready_.front());
    ready_.pop_front();
    return unit;
  }
  if (planned_.empty()) return std::nullopt;
  const auto expand = std::move(planned_.front());
  planned_.pop_front();
  return expand();
}

}  // namespace savvy
