// What differs between two snapshots: structure first, then entries.
//
// Values  operators are matched by id, states by kind and name, keyed entries by key, namespace and
//         map key; list elements, raw partitions and channel buffers are multisets. Parallelism,
//         max parallelism, key group, subtask, layout, handle ids, finished markers, empty lists
//         and maps, and timer queues without timers are facts, not differences
// Errors  those of the readers; UnsupportedError where state cannot be compared: undivided heap
//         state that is not the same bytes in the same layout, raw keyed state under different max
//         parallelisms, an operator id that comes twice
// Lives   memory stays within `memory_bytes` and the caches, whatever the size; more goes to
//         `temp_directory`

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "cli/cell_rows.h"
#include "cli/keyed_rows.h"
#include "cli/row_filter.h"
#include "format/byte_units.h"
#include "format/kryo_release.h"
#include "readers/rocksdb_source.h"
#include "readers/snapshot.h"

namespace savvy {

enum class ChangeType { kInsert, kDelete, kUpdate };

// "insert", "delete", "update".
std::string_view to_string(ChangeType change);

// One difference. Of a difference of structure the kind is "operator", "state" or "serializer".
struct DiffRow {
  ChangeType change = ChangeType::kUpdate;
  RowHeadFields head;  // without subtask
  RowCells cells;      // the columns that say where; no values
  // JSON; "null" on the side that lacks it. Both empty where there is no value to show: timers, and
  // with keys only.
  std::string before;
  std::string after;
  // The last access times of state with a TTL; empty where there is none.
  std::string ttl_before;
  std::string ttl_after;
};

class DiffSink {
 public:
  virtual ~DiffSink() = default;
  // Takes a row. False if no further one is wanted: then the comparison ends early.
  virtual bool add(const DiffRow& row) = 0;
};

// How much of a state was compared. A list in keyed state is one entry here; its rows are elements.
struct DiffCounts {
  std::string operator_label;
  std::string state_kind;
  std::uint64_t entries_before = 0;
  std::uint64_t entries_after = 0;
  std::uint64_t inserted = 0;  // rows
  std::uint64_t deleted = 0;
  std::uint64_t updated = 0;

  std::uint64_t differences() const { return inserted + deleted + updated; }
};

// Operator id, kind, state name. Master state has an empty id.
using DiffPlace = std::tuple<std::string, std::string, std::string>;

struct DiffResult {
  std::map<DiffPlace, DiffCounts> counts;
  std::uint64_t structure_differences = 0;
  std::uint64_t entry_differences = 0;
  std::vector<std::string> first_differences;  // a few, as text
  std::vector<std::string> notes;              // what is no difference and yet worth knowing
  bool complete = true;                        // false: the sink wanted no more
  bool matched = false;  // the filters want something that is there, be it without entries

  bool equal() const { return structure_differences == 0 && entry_differences == 0; }
};

struct DiffOptions {
  RowFilter filter = RowFilter(RowFilterOptions{});
  RowContent content = RowContent::kWhole;
  std::size_t memory_bytes = 96 * kMiB;
  std::string temp_directory;
  unsigned jobs = 1;
  std::size_t block_cache_bytes = 64 * kMiB;       // for RocksDB's files of both sides
  std::optional<KryoRelease> kryo_of_second;       // by default what its metadata version tells
  const std::atomic<bool>* interrupted = nullptr;  // ends the comparison with an InterruptedError
};

// From `a` to `b`: an insert is in `b` only.
DiffResult diff_snapshots(const Snapshot& a, const Snapshot& b, const DiffOptions& options,
                          DiffSink& sink);

// A difference on one line, cut to a readable length.
std::string text_of(const DiffRow& row);

}  // namespace savvy
