// What `savvy rescale` and `savvy convert` print: the plan, and what became of it.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/common_options.h"
#include "cli/operators_rewrite.h"
#include "cli/snapshot_rewrite.h"
#include "redistribute/rescale_plan.h"

namespace savvy {

// Keyed state of the new subtasks of one operator, in bytes as the old snapshot stores them.
struct SubtaskSizes {
  std::vector<std::uint64_t> bytes;  // a new subtask each; empty where nothing moves
  bool exact = true;                 // false: RocksDB does not say how large a key group is
};

struct RescaleReport {
  const Snapshot& source;
  const OperatorsRewrite& command;
  const RescalePlan& plan;
  std::vector<SubtaskSizes> sizes;  // an operator each; dry runs only
  std::vector<std::string> notes;
  std::optional<RewriteResult> result;  // not of dry runs
};

std::string render(const RescaleReport& report, DocumentFormat format);

}  // namespace savvy
