// What snapshots that share files say about one another: which of them cannot be restored, and why.
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

}  // namespace savvy
