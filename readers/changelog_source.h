// The keyed state of a changelog handle: full handles, and the changes logged since, replayed.
//
// Values  states of the full handles and of the log are one where their names are; the log is read
//         once, when the source is opened. Key groups outside the handle's range are left out.
//         The log does not tell the key's type: without a full handle only timers do. Where nothing
//         does, and where a full handle cannot be cut into entries, each change is an entry with an
//         issue
// Errors  those of the inner handles and of the log
// Source  ChangelogBackendRestoreOperation, ChangelogBackendLogApplier

#pragma once

#include <memory>
#include <vector>

#include "format/serializer_registry.h"
#include "format/state_handles.h"
#include "readers/entry_sorter.h"
#include "readers/keyed_source.h"
#include "readers/snapshot.h"

namespace savvy {

// `materialized` are the opened sources of the full handles. `memory` is for the log, and twice for
// each key group that is read. Snapshot and handle outlive the source.
std::unique_ptr<KeyedSource> open_changelog_source(
    const Snapshot& snapshot, const ChangelogHandle& handle,
    std::vector<std::unique_ptr<KeyedSource>> materialized, int prefix_bytes,
    const SerializerRegistry& registry, const SortMemory& memory);

// The states that the log announces, in order, each once. `known_key` is the key's type, or null.
std::vector<KeyedStateSchema> announced_states(const Snapshot& snapshot,
                                               const ChangelogHandle& handle,
                                               const SerializerRegistry& registry,
                                               TypePtr known_key);

}  // namespace savvy
