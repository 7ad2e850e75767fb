// All snapshots below a folder, each checked, and which files each needs alone and which it shares.
//
// Values  a file is one file whatever way leads to it (links, "//", ".."), segments of a merged file
//         are parts of that one. A snapshot that vanishes while it is looked at needs nothing
// Errors  IoError: the root is no folder. What cannot be read below it is told in the result
// Lives   owns all; file and member numbers are indexes

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/snapshot_check.h"
#include "format/checkpoint_properties.h"
#include "format/finding.h"
#include "readers/inventory.h"
#include "readers/snapshot_scan.h"
#include "readers/sst_identity.h"

namespace savvy {

struct SetFile {
  std::string path;    // local, links resolved; or the URI where nothing here is known of it
  bool local = false;  // it can be looked for here
  std::optional<std::uint64_t> found_bytes;  // of the whole file; nothing: missing or not local
  std::vector<std::size_t> needed_by;        // members, ascending
};

// A member needs a file, all uses taken together.
struct FileNeed {
  std::size_t file = 0;
  std::string uri;         // as the metadata has it
  std::string local_path;  // as the member leads to it; empty: not local
  bool relative = false;
  bool segment = false;
  bool sized = false;               // recorded_bytes says how long the file has to be
  std::int64_t recorded_bytes = 0;  // of segments: where the last one ends
  std::vector<FileUse> uses;
};

// A file of RocksDB under the name that an instance of it gave it.
struct EngineFile {
  std::string backend_id;
  std::string local_name;
  std::size_t file = 0;
  bool whole = true;                    // no segment
  std::optional<SstIdentity> identity;  // with data only
};

// State that lies inline and is shared: Flink knows it by its name alone.
struct SharedPiece {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint64_t hash = 0;
};

// A subtask of the changelog backend.
struct Materialization {
  std::string operator_label;
  std::string operator_id;
  std::int32_t subtask = 0;
  std::int32_t parallelism = 0;
  std::int64_t id = 0;
};

enum class MemberState { kRead, kUnreadable, kVanished };

struct SetMember {
  std::string metadata_path;
  std::string directory;
  std::string name;  // the directory below the root; "." is the root itself
  std::string job;   // what its checkpoint id counts in: the folder of its job, for savepoints the
                     // common part of their names
  std::string real_directory;  // with links resolved, as SetFile::path
  std::string real_job;
  std::int64_t modified_ns = 0;
  MemberState state = MemberState::kRead;
  std::int64_t checkpoint_id = -1;
  std::string kind;      // savepoint, checkpoint, unknown
  std::string layout;    // of its keyed state: canonical, heap, rocksdb, changelog, key_groups
  FindingList findings;  // its own
  std::vector<FileNeed> needs;  // by file number
  std::vector<EngineFile> engine_files;
  std::vector<SharedPiece> shared_pieces;
  std::vector<Materialization> materializations;
  std::uint64_t exclusive_bytes = 0;  // of files that no other member needs, the metadata with them
  std::uint64_t shared_bytes = 0;
};

struct SnapshotSet {
  std::string root;
  std::vector<SetMember>
      members;                 // by job, checkpoint id, time, path: a base before its increments
  std::vector<SetFile> files;  // by path
  std::map<std::string, std::string> paths_by_name;  // a file below the root of each name
  std::vector<ScanProblem> problems;                 // folders that could not be looked into
};

SnapshotSet read_snapshot_set(const std::string& root, const PathMap& paths, const Storage& storage,
                              const CheckDepth& depth);

// "chk-1, chk-2".
std::string member_names(const SnapshotSet& set, const std::vector<std::size_t>& members);

// The member of the highest id is older than another of its job: the job may have had several lives
// in one folder, or its snapshots were copied.
struct OrderDoubt {
  std::size_t newest_by_id = 0;
  std::size_t newest_by_time = 0;
};
std::vector<OrderDoubt> doubts_of_order(const SnapshotSet& set);

// Numbers of the members, newest first: within a job by checkpoint id; jobs are merged by the time
// of their _metadata.
std::vector<std::size_t> newest_first(const SnapshotSet& set);

}  // namespace savvy
