// The logs of a changelog handle: their bytes, and that no change of them is missing.
//
// Values  changes inline: as many as lie between the handle's numbers (from, inclusive, to `to`).
//         Changes in files: the bytes of all sets are those that the handle recorded; it stores no
//         numbers, and 0 where Flink cut it for another range. From one handle to the next nothing
//         is promised: after a restore the numbers start at 0 again. Handles in the trial layout
//         of Flink 1.14 count otherwise
// Errors  none: what is wrong is a finding (SV219, SV220)
// Source  InMemoryStateChangelogWriter, FsStateChangelogWriter, StateChangeFormat,
//         ChangelogKeyedStateBackend

#pragma once

#include "format/serializer_registry.h"
#include "format/state_handles.h"
#include "readers/check/finding_report.h"
#include "readers/snapshot.h"

namespace savvy {

enum class LogState { kWhole, kIncomplete };

// Incomplete: a file is not there, or something was found; then the log cannot be replayed.
LogState check_change_logs(const Snapshot& snapshot, const ChangelogHandle& handle,
                           const SerializerRegistry& registry, const FindingReport& report);

}  // namespace savvy
