// What commands share that print rows: their options, and the run.

#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "cli/common_options.h"
#include "cli/message_types.h"
#include "cli/row_run.h"

namespace savvy {

inline constexpr std::uint64_t kDefaultCacheBytes = 64 * 1024 * 1024;

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
  std::uint64_t block_cache = kDefaultCacheBytes;
};

// --format, --int64, --limit, --keys-only.
void add_row_format_options(CLI::App& command, RowCommandOptions& options);
// -o.
void add_row_output_option(CLI::App& command, RowCommandOptions& options);
// --block-cache, --strict.
void add_row_reading_options(CLI::App& command, RowCommandOptions& options);

RowRunOptions row_run_options(const RowCommandOptions& options);

// State that no row can be made of ends the command before its first row, unless told to go on.
// True if it is left out.
bool refuse_unsupported(const Snapshot& snapshot, const RowFilter& filter, bool keep_going);

// Writes the rows to the file of this name (standard output if it is empty), and says on stderr
// what they cannot show.
RowRunResult run_rows(const Snapshot& snapshot, const RowFilter& filter,
                      const SerializerRegistry& registry, const RowRunOptions& run,
                      const std::string& path);

}  // namespace savvy
