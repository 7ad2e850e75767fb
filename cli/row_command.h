// What commands share that print rows: their options, and the run.

#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "cli/common_options.h"
#include "cli/message_types.h"
#include "cli/row_run.h"
#include "cli/ttl_options.h"
#include "format/byte_units.h"

namespace savvy {

inline constexpr std::uint64_t kDefaultCacheBytes = 64 * kMiB;

struct RowCommandOptions {
  SnapshotOptions snapshot;
  RowFilterOptions filter;
  std::string format = "jsonl";
  std::string int64 = "number";
  std::uint64_t limit = kNoLimit;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string output;
  bool strict = false;
  bool keys_only = false;
  bool keep_going = false;
  bool sort = false;
  ProgressOptions progress;
  std::string temp_directory;
  MessageOptions messages;
  TtlOptions ttl;
  std::uint64_t block_cache = kDefaultCacheBytes;
};

// --format, --int64, --limit, --keys-only.
void add_row_format_options(CLI::App& command, RowCommandOptions& options);
// -o.
void add_row_output_option(CLI::App& command, RowCommandOptions& options);
// --block-cache, --strict.
void add_row_reading_options(CLI::App& command, RowCommandOptions& options);

RowRunOptions row_run_options(const RowCommandOptions& options);

// Writes the rows to the file of this name (standard output if it is empty), and says on stderr
// what they cannot show.
RowRunResult run_rows(const Snapshot& snapshot, const RowFilter& filter,
                      const SerializerRegistry& registry, const RowRunOptions& run,
                      const std::string& path);

}  // namespace savvy
