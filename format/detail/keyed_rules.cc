#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "format/detail/metadata_rules.h"
#include "format/key_groups.h"

namespace savvy::detail {
namespace {

constexpr std::int64_t kNeverStarted = -1;  // KeyedStateCheckpointOutputStream.NO_OFFSET_SET

std::string range_text(const KeyGroupRange& range) {
  if (range.count <= 0) return "no key group";
  if (range.count == 1) return fmt::format("key group {}", range.first);
  return fmt::format("key groups {} to {}", range.first, range.last());
}

bool overlap(const KeyGroupRange& a, const KeyGroupRange& b) {
  return a.count > 0 && b.count > 0 && a.first < b.end() && b.first < a.end();
}

bool is_full_handle(const KeyedHandle& handle) {
  return handle_as<KeyGroupsHandle>(handle) != nullptr ||
         handle_as<IncrementalHandle>(handle) != nullptr ||
         handle_as<ChangelogHandle>(handle) != nullptr;
}

std::string code_text(const KeyedHandle& handle) {
  const auto code = keyed_code(handle);
  return code ? fmt::format("a keyed handle of code {}", static_cast<int>(*code)) : "no handle";
}

// Offsets ----------------------------------------------------------------------------------------

std::string beyond_text(std::int64_t offset, std::int64_t size) {
  return fmt::format("offset {} in a stream of {} bytes", offset, size);
}

// Heap layout: each key group begins with its number; canonical layout: what is not empty has
// bytes, what is empty has offset 0. So two key groups never begin at one place.
void check_managed_offsets(const KeyGroupsHandle& handle, const RuleReport& report) {
  const auto size = recorded_size(handle.delegate);
  std::int64_t before = 0;
  for (std::size_t i = 0; i < handle.offsets.size(); ++i) {
    const std::int64_t offset = handle.offsets[i];
    if (offset == 0) continue;
    const RuleReport::Part group{{}, handle.range.first + static_cast<std::int32_t>(i)};
    if (size && offset >= *size) {
      report.add(FindingCode::kKeyGroupOffsets, "an offset inside the stream",
                 beyond_text(offset, *size), group);
      continue;
    }
    if (offset <= before) {
      report.add(FindingCode::kKeyGroupOffsets,
                 before == 0
                     ? "an offset of at least 0"
                     : fmt::format("an offset beyond {}, that of the key group before it", before),
                 fmt::format("offset {}", offset), group);
    }
    before = std::max<std::int64_t>(offset, 0);
  }
}

// User code starts key groups in any order and may leave the last one empty.
void check_raw_offsets(const KeyGroupsHandle& handle, const RuleReport& report) {
  const auto size =
      recorded_size(handle.delegate).value_or(std::numeric_limits<std::int64_t>::max());
  for (std::size_t i = 0; i < handle.offsets.size(); ++i) {
    const std::int64_t offset = handle.offsets[i];
    if (offset >= kNeverStarted && offset <= size) continue;
    report.add(FindingCode::kKeyGroupOffsets, "-1, or an offset inside the stream",
               offset < 0 ? fmt::format("offset {}", offset) : beyond_text(offset, size),
               {{}, handle.range.first + static_cast<std::int32_t>(i)});
  }
}

// Incremental ------------------------------------------------------------------------------------

void check_local_paths(const IncrementalHandle& handle, const RuleReport& report) {
  std::unordered_set<std::string_view> seen;
  for (const auto* files : {&handle.shared_files, &handle.private_files}) {
    for (const LocalFile& file : *files) {
      if (seen.insert(file.local_path).second) continue;
      report.add(FindingCode::kLocalPathReused, "local names that no two files share",
                 fmt::format("two files called {:?}", file.local_path));
    }
  }
}

void check_incremental(const IncrementalHandle& handle, const RuleReport& report) {
  check_local_paths(handle, report);
  if (is_null(handle.meta)) {
    report.add(FindingCode::kImpossibleHandle, "a stream with the description of the states",
               "no stream (code 0) for the meta data of an incremental handle");
  }
}

void check_inner_checkpoint(std::int64_t id, const RuleReport& report) {
  const std::int64_t snapshot = report.metadata().checkpoint_id;
  if (id < 0) {
    report.add(FindingCode::kOddFigure, "a checkpoint id of at least 0",
               fmt::format("checkpoint id {} in the handle", id));
  } else if (snapshot != 0 && id > snapshot) {
    // The State Processor API calls what it writes checkpoint 0 and keeps handles as they were.
    report.add(FindingCode::kInnerCheckpointId,
               fmt::format("a checkpoint id up to {}, that of the snapshot", snapshot),
               fmt::format("checkpoint id {} in the handle", id));
  }
}

// Handle ids -------------------------------------------------------------------------------------

struct HandleId {
  bool stored = false;
  std::string_view text;
};

HandleId handle_id_of(const KeyedHandle& handle, MetadataDialect dialect) {
  const bool final_changelog = dialect == MetadataDialect::kCurrent;
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
    return {groups->code == KeyedCode::kKeyGroupsV2, groups->handle_id};
  }
  if (const auto* incremental = handle_as<IncrementalHandle>(handle)) {
    return {incremental->code == KeyedCode::kIncrementalV2, incremental->handle_id};
  }
  if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
    return {final_changelog, changelog->handle_id};
  }
  if (const auto* log = handle_as<InMemoryChangelogHandle>(handle)) {
    return {final_changelog, log->handle_id};
  }
  if (const auto* log = handle_as<ChangelogStreamHandle>(handle)) {
    return {final_changelog, log->handle_id};
  }
  return {};
}

void check_handle_id(const KeyedHandle& handle, const RuleReport& report) {
  const HandleId id = handle_id_of(handle, report.metadata().dialect);
  if (!id.stored || !id.text.empty()) return;
  report.add(FindingCode::kHandleId, "a handle id",
             fmt::format("an empty id in {}", code_text(handle)));
}

// The same streams, whatever key groups of them the handle is about.
bool have_same_streams(const KeyedHandle& a, const KeyedHandle& b) {
  const auto streams_of = [](const KeyedHandle& handle) {
    std::vector<const StreamHandle*> streams;
    for_each_stream(handle, [&](const StreamUse& use) { streams.push_back(&use.stream); });
    return streams;
  };
  const auto of_a = streams_of(a);
  const auto of_b = streams_of(b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                    [](const auto* x, const auto* y) { return *x == *y; });
}

// A job that grew and shrank again has parts of one handle side by side: those keep its id
// (KeyGroupsStateHandle.getIntersection).
void check_materialized_ids(const ChangelogHandle& changelog, const RuleReport& report) {
  std::unordered_map<std::string_view, const KeyedHandle*> first;
  for (const KeyedHandle& handle : changelog.materialized) {
    const HandleId id = handle_id_of(handle, report.metadata().dialect);
    if (!id.stored || id.text.empty()) continue;
    const auto [known, fresh] = first.try_emplace(id.text, &handle);
    if (fresh || have_same_streams(*known->second, handle)) continue;
    report.add(FindingCode::kHandleId, "an id that no other materialized handle has",
               fmt::format("two handles of different streams with id {:?}", id.text));
  }
}

// Change logs ------------------------------------------------------------------------------------

void check_inline_log(const InMemoryChangelogHandle& log, const RuleReport& report) {
  if (log.from > log.to) {
    report.add(FindingCode::kOddFigure, "sequence numbers that ascend",
               fmt::format("changes from {} to {}", log.from, log.to));
  }
  for (const StateChange& change : log.changes) {
    if (change.key_group < 0 || log.range.contains(change.key_group)) continue;
    report.add(FindingCode::kChangelogRange, fmt::format("a change in {}", range_text(log.range)),
               fmt::format("a change in key group {}", change.key_group), {{}, change.key_group});
  }
}

// Offset and size both count uncompressed bytes behind the flag (OutputStreamWithPos).
void check_log_segments(const ChangelogStreamHandle& log, const RuleReport& report) {
  for (const ChangelogSegment& segment : log.segments) {
    const auto size = recorded_size(segment.handle);
    if (segment.offset >= 0 && (!size || segment.offset < *size)) continue;
    report.add(FindingCode::kChangelogRange, "changes that begin inside their stream",
               segment.offset < 0 ? fmt::format("offset {}", segment.offset)
                                  : beyond_text(segment.offset, *size));
  }
}

// Whoever takes a part of a change log handle takes of what is in it all that has a key group of
// that part, whole or cut (ChangelogStateBackendHandleImpl.getIntersection).
void check_inner_range(const KeyedHandle& inner, const KeyGroupRange& outer,
                       const RuleReport& report) {
  const auto range = key_group_range(inner);
  if (!range) return;
  const std::int32_t all = report.at.op->max_parallelism;
  if (range->first < 0 || range->end() > all) {
    report.add(FindingCode::kInnerKeyGroupRange, fmt::format("key groups of 0 to {}", all - 1),
               fmt::format("{} of {}", code_text(inner), range_text(*range)));
  } else if (!overlap(*range, outer)) {
    report.add(FindingCode::kInnerKeyGroupRange,
               fmt::format("some of {}, those of the change log", range_text(outer)),
               fmt::format("{} of {}", code_text(inner), range_text(*range)));
  }
}

void check_content(const KeyedHandle& handle, StateOwner owner, const RuleReport& report);

void check_changelog(const ChangelogHandle& changelog, const RuleReport& report) {
  if (changelog.materialization_id < 0) {
    report.add(FindingCode::kOddFigure, "a materialization id of at least 0",
               fmt::format("materialization id {}", changelog.materialization_id));
  }
  for (const KeyedHandle& part : changelog.materialized) {
    if (is_null(part)) continue;
    if (!is_full_handle(part)) {
      report.add(FindingCode::kImpossibleHandle, "whole state where materialized state belongs",
                 code_text(part));
    }
    check_inner_range(part, changelog.range, report);
    check_content(part, StateOwner::kManaged, report);
  }
  check_materialized_ids(changelog, report);
  for (const KeyedHandle& part : changelog.non_materialized) {
    check_inner_range(part, changelog.range, report);
    check_content(part, StateOwner::kManaged, report);
  }
}

// ------------------------------------------------------------------------------------------------

// What a handle says of itself, at any depth.
void check_content(const KeyedHandle& handle, StateOwner owner, const RuleReport& report) {
  if (report.stopped()) return;
  check_handle_id(handle, report);
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
    if (owner == StateOwner::kRaw) {
      check_raw_offsets(*groups, report);
    } else {
      check_managed_offsets(*groups, report);
    }
  } else if (const auto* incremental = handle_as<IncrementalHandle>(handle)) {
    check_incremental(*incremental, report);
  } else if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
    check_changelog(*changelog, report);
  } else if (const auto* log = handle_as<InMemoryChangelogHandle>(handle)) {
    check_inline_log(*log, report);
  } else if (const auto* stream_log = handle_as<ChangelogStreamHandle>(handle)) {
    check_log_segments(*stream_log, report);
  }
}

// StateAssignmentOperation gives a subtask of the same parallelism what it finds under its index.
void check_own_range(const KeyGroupRange& range, const RuleReport& report) {
  const OperatorState& op = *report.at.op;
  const std::int32_t index = report.at.subtask->index;
  const KeyGroupRange own = key_group_range(index, op.parallelism, op.max_parallelism);
  if (range == own) return;
  report.add(FindingCode::kKeyGroupRange,
             fmt::format("{}: subtask {} of {} with {} key groups", range_text(own), index,
                         op.parallelism, op.max_parallelism),
             range_text(range));
}

// StreamTaskStateInitializerImpl.transform takes key groups only for raw state; the backends take a
// change log only together with what it changes.
void check_kind(const KeyedHandle& handle, StateOwner owner, const RuleReport& report) {
  const bool raw = owner == StateOwner::kRaw;
  if (raw ? handle_as<KeyGroupsHandle>(handle) != nullptr : is_full_handle(handle)) return;
  report.add(FindingCode::kImpossibleHandle,
             raw ? "key groups (code 3 or 12) where raw keyed state belongs"
                 : "whole keyed state, not changes alone",
             code_text(handle));
}

}  // namespace

void check_keyed_slot(const KeyedHandle& handle, StateOwner owner, const RuleReport& report) {
  if (is_null(handle)) return;
  check_own_range(*key_group_range(handle), report);
  check_kind(handle, owner, report);
  check_content(handle, owner, report);
  // Materializations are numbered on their own, so the handles inside of a change log are not
  // looked at; code 8 stores no checkpoint id.
  if (const auto* incremental = handle_as<IncrementalHandle>(handle)) {
    check_inner_checkpoint(incremental->checkpoint_id, report);
  } else if (const auto* log = handle_as<ChangelogHandle>(handle);
             log != nullptr && log->code == KeyedCode::kChangelogV2) {
    check_inner_checkpoint(log->checkpoint_id, report);
  }
}

}  // namespace savvy::detail
