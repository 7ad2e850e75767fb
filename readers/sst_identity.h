// Which file of sorted entries (SST) a stream really is: what RocksDB wrote into it about itself.
//
// Values  nothing where the file does not say it (RocksDB before 6.24, as in Flink 1.x), cannot be
//         read or is not found: that is for others to tell
// Source  TableProperties::orig_file_number and db_session_id, unique together

#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "format/state_handles.h"
#include "readers/snapshot.h"

namespace savvy {

struct SstIdentity {
  std::string session;       // drawn when the database was opened
  std::uint64_t number = 0;  // under which it was written: 12 for 000012.sst

  auto operator<=>(const SstIdentity&) const = default;
};

// Those of a handle's files that say it, by their name on the engine's disk.
std::map<std::string, SstIdentity> sst_identities(const Snapshot& snapshot,
                                                  const IncrementalHandle& handle);

}  // namespace savvy
