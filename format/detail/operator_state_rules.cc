#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_set>

#include "format/detail/metadata_rules.h"

namespace savvy::detail {
namespace {

// OperatorStateBackend.DEFAULT_OPERATOR_STATE_NAME
constexpr std::string_view kRawStateName = "_default_";

// PartitionableListState and OperatorStateCheckpointOutputStream note where they are before they
// write. An element may have no bytes, even the last one.
void check_offsets(const OperatorStateEntry& entry, std::int64_t size, const RuleReport& report) {
  std::int64_t before = 0;
  for (const std::int64_t offset : entry.offsets) {
    if (offset > size) {
      report.add(FindingCode::kOperatorOffsets, "an offset inside the stream",
                 fmt::format("offset {} in a stream of {} bytes", offset, size), {entry.name, {}});
      continue;
    }
    if (offset < before) {
      report.add(FindingCode::kOperatorOffsets, fmt::format("an offset of at least {}", before),
                 fmt::format("offset {}", offset), {entry.name, {}});
    }
    before = std::max<std::int64_t>(offset, 0);
  }
}

// HeapBroadcastState writes its map as one piece, even if it is empty.
void check_broadcast(const OperatorStateEntry& entry, const RuleReport& report) {
  if (entry.mode != DistributionMode::kBroadcast || entry.offsets.size() == 1) return;
  report.add(FindingCode::kOperatorOffsets, "one offset for a broadcast state",
             fmt::format("{} offsets", entry.offsets.size()), {entry.name, {}});
}

// Raw state is looked up by that name (StreamTaskStateInitializerImpl.OperatorStateInputs).
void check_raw_entry(const OperatorStateEntry& entry, const RuleReport& report) {
  if (entry.name == kRawStateName && entry.mode == DistributionMode::kSplit) return;
  report.add(
      FindingCode::kImpossibleHandle,
      fmt::format("raw operator state, which is called {} and is split", kRawStateName),
      fmt::format("state {:?}, distribution mode {}", entry.name, static_cast<int>(entry.mode)),
      {entry.name, {}});
}

}  // namespace

void check_operator_slot(const OperatorHandle& handle, StateOwner owner, const RuleReport& report) {
  constexpr std::int64_t kNoBound = std::numeric_limits<std::int64_t>::max();
  const std::int64_t size = recorded_size(handle.delegate).value_or(kNoBound);
  std::unordered_set<std::string_view> names;
  for (const OperatorStateEntry& entry : handle.states) {
    if (report.stopped()) return;
    if (!names.insert(entry.name).second) {
      report.add(FindingCode::kDuplicateStateName, "state names that no two states share",
                 fmt::format("two states called {:?}", entry.name), {entry.name, {}});
    }
    check_broadcast(entry, report);
    const bool raw = owner == StateOwner::kRaw;
    if (raw) check_raw_entry(entry, report);
    // User code that starts no partition gets one that begins where the closed stream stands.
    check_offsets(entry, raw && entry.offsets.size() == 1 ? kNoBound : size, report);
  }
}

}  // namespace savvy::detail
