#include "readers/sst_identity.h"

#include <optional>

#include "format/errors.h"
#include "format/sst_tail.h"
#include "readers/sst_files.h"

namespace savvy {
namespace {

std::optional<SstIdentity> identity_of(const Snapshot& snapshot, const StreamHandle& stream) {
  try {
    const SstTail tail = read_sst_tail(*snapshot.open(stream));
    if (tail.original_number == 0 || tail.session_id.empty()) return std::nullopt;
    return SstIdentity{tail.session_id, tail.original_number};
  } catch (const Error&) {
    // Who reads the data says what is wrong with it.
    return std::nullopt;
  }
}

}  // namespace

std::map<std::string, SstIdentity> sst_identities(const Snapshot& snapshot,
                                                  const IncrementalHandle& handle) {
  std::map<std::string, SstIdentity> identities;
  for (const auto& [name, file] : files_by_name(handle)) {
    if (!name.ends_with(".sst")) continue;
    const std::optional<SstIdentity> identity = identity_of(snapshot, file->handle);
    if (identity) identities[name] = *identity;
  }
  return identities;
}

}  // namespace savvy
