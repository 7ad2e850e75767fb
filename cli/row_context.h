// What the makers of rows share: how rows look, which are wanted, and where they go.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/key_plan.h"
#include "cli/keyed_rows.h"
#include "cli/message_types.h"
#include "cli/row_buffer.h"
#include "cli/row_filter.h"
#include "format/serializer_registry.h"
#include "readers/entry_sorter.h"
#include "readers/rocksdb_source.h"
#include "readers/snapshot.h"

namespace savvy {

struct RowOptions {
  RowFormat format = RowFormat::kJsonl;
  RowContent content = RowContent::kWhole;
  std::optional<SortMemory> sort;  // entries of a key group by state name and key
  std::shared_ptr<const MessageTypes> messages = std::make_shared<MessageTypes>();
  std::shared_ptr<const RocksdbCache> cache;
  std::shared_ptr<const KeyPlan> keys;  // null: what can be skipped is not known
};

// Lists and maps without elements, which have no row: counted by operator and state.
using EmptyCounts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

// One unit of work: rows go to `rows`; flush() is called now and then, between rows.
struct RowTask {
  const Snapshot& snapshot;
  const SerializerRegistry& registry;
  const RowFilter& filter;
  const RowOptions& options;
  RowBuffer& rows;
  std::function<void()> flush;
  // Runs a part that may fail; with --keep-going an error is noted and the next part goes on.
  std::function<void(const std::function<void()>&)> attempt;
  EmptyCounts& empty_counts;
  std::vector<bool>& found_keys;  // of the filter's keys
};

// One subtask of one operator.
struct SubtaskRef {
  const OperatorState& op;
  const Subtask& subtask;
};

// The fields that the rows of a subtask's state begin with.
RowHeadFields head_fields(const SubtaskRef& where, std::string kind);

}  // namespace savvy
