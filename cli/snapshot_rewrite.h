// The frame of every command that writes a snapshot: room is checked, files are written on several
// threads, the result is compared with its source, and only then gets its name.
//
// Errors  IoError (writing): no room, a write that fails, a result that does not hold what its
//         source held; InterruptedError. After any error nothing is left at the destination

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/json_document.h"
#include "cli/progress.h"
#include "cli/rewrite_context.h"
#include "cli/snapshot_diff.h"
#include "cli/stream_copies.h"
#include "format/checkpoint_properties.h"
#include "format/metadata.h"
#include "format/metadata_target.h"

namespace CLI {
class App;
}

namespace savvy {

struct RewriteOptions {
  std::string source;
  std::string destination;
  std::vector<std::string> map_rules;
  unsigned jobs = 1;
  std::string temp_directory;
  std::uint64_t block_cache = 0;
  bool dry_run = false;
  bool no_verify = false;
  ProgressOptions progress;
};
// SRC, DST, --map, --jobs, --tmp-dir, --block-cache, --dry-run, --no-verify, --progress.
void add_rewrite_options(CLI::App& command, RewriteOptions& options);

// What a rewrite is made of. Filled in by the command.
struct RewritePlan {
  explicit RewritePlan(const Snapshot& source) : copies(source) {}

  Metadata metadata;  // complete when all units have run
  MetadataTarget target;
  StreamCopies copies;
  std::vector<RewriteUnit> units;
};

struct RewriteResult {
  std::uint64_t file_count = 0;
  std::uint64_t bytes = 0;  // of all files and the metadata
  std::vector<std::string> notes;
  std::optional<DiffResult> verified;  // what was compared
};

// Plans with a context whose folder is there, then writes. The callback adds units; its argument
// outlives them.
using PlanRewrite = std::function<void(const RewriteContext&, RewritePlan&)>;

RewriteResult write_snapshot(const Snapshot& source, const SerializerRegistry& registry,
                             const RewriteOptions& options, const PlanRewrite& plan);
// Only plans; the notes are those of the plan. What only the data shows is refused when it is read.
std::vector<std::string> plan_snapshot(const Snapshot& source, const SerializerRegistry& registry,
                                       const RewriteOptions& options, const PlanRewrite& plan);

// Prints what was done, or would be. An error of that says that the snapshot is there.
void print_report(const RewriteOptions& options, const std::string& text);

// Says so where metadata of this version is read by releases that do not know relative files.
void note_relative_files(std::int32_t version, RewriteNotes& notes);

// The properties of a snapshot that owns all its files: those of a savepoint stay but for the
// format, where one is given; a checkpoint becomes a savepoint, native unless the format says
// otherwise. Empty where the version has none.
ByteVector self_contained_properties(const Snapshot& source,
                                     std::optional<SavepointFormat> format = std::nullopt);

// What Flink needs to start from the snapshot: "flink run -s file:/... -p 4 job.jar".
std::string restore_command(const std::string& destination,
                            std::optional<std::int32_t> parallelism);

// Entries before and after, a state each, as text and as an array.
std::string counts_text(const DiffResult& result);
Json counts_json(const DiffResult& result);

}  // namespace savvy
