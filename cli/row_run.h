// Makes all rows of a snapshot on several threads and writes them in order.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/progress.h"
#include "cli/row_context.h"

namespace savvy {

enum class ErrorPolicy { kStop, kKeepGoing };

struct RowRunOptions {
  RowOptions rows;
  Int64Style int64_style = Int64Style::kNumber;
  std::uint64_t limit = kNoLimit;
  unsigned jobs = 1;
  ErrorPolicy errors = ErrorPolicy::kStop;
  const std::atomic<bool>* interrupted = nullptr;  // ends it with an InterruptedError
  ProgressOptions progress;
};

struct RowRunResult {
  std::uint64_t row_count = 0;
  OpaqueCounts opaque;
  EmptyCounts empty;
  std::vector<bool> found_keys;  // of the filter's keys: which have a row
  // With kKeepGoing: what went wrong, in the order of the rows, and whether any of it was damage
  // (exit code 3) or all of it not supported (4).
  std::vector<std::string> errors;
  bool damaged = false;
};

// Throws the first error in row order unless errors are kept going past.
RowRunResult write_rows(const Snapshot& snapshot, const SerializerRegistry& registry,
                        const RowFilter& filter, const RowRunOptions& options, Output& output);

}  // namespace savvy
