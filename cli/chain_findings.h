// What snapshots that share files say about one another: which of them cannot be restored, which
// builds on which, and what breaks if one is deleted.
//
// Source  SharedStateRegistryImpl, IncrementalRemoteKeyedStateHandle; codes SV301 to SV306

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/snapshot_set.h"
#include "format/finding.h"

namespace savvy {

// Members by their number in the set.
struct ChainFinding {
  Finding finding;
  std::vector<std::size_t> needed_by;     // all that need the file, or that the finding is about
  std::vector<std::size_t> unrestorable;  // those that an error spoils
};

struct ChainFindings {
  std::vector<ChainFinding> findings;  // of single snapshots first, each once; then of the chain
  std::uint64_t error_count = 0;
  std::uint64_t warning_count = 0;

  // The first error of each member that cannot be restored, as the number of a finding.
  std::vector<std::optional<std::size_t>> first_error;
};

ChainFindings find_in_chain(const SnapshotSet& set);

// The snapshot whose files an increment takes over: the last before it that shares any.
struct ChainBase {
  std::size_t member = 0;
  std::uint64_t file_count = 0;
  std::uint64_t bytes = 0;
};
std::vector<std::optional<ChainBase>> find_bases(const SnapshotSet& set);

// Files that the same members need.
struct ChainGroup {
  std::vector<std::size_t> members;
  std::vector<std::size_t> files;
  std::uint64_t bytes = 0;
  std::uint64_t missing_count = 0;
};
std::vector<ChainGroup> group_files(const SnapshotSet& set);

// What deleting the directories of some members brings about.
struct Deletion {
  struct Broken {
    std::size_t member = 0;
    std::vector<std::size_t> files;  // that would be gone
  };
  std::vector<std::size_t> deleted;
  std::vector<Broken> broken;
  std::uint64_t freed_bytes = 0;  // in the directories
  // Files elsewhere that nobody needs any more.
  std::uint64_t orphan_count = 0;
  std::uint64_t orphan_bytes = 0;
};
Deletion delete_members(const SnapshotSet& set, const std::vector<std::size_t>& deleted);

}  // namespace savvy
