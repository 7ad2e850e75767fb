// What `check --read-data` does: every stream of a snapshot is walked to its end.
//
// Values  findings in the order of the snapshot, the same for any number of threads. Missing and
//         short files are left to the check of the files
// Errors  none: what is wrong, and what savvy does not read, is a finding (SV201 .. SV222)

#pragma once

#include "cli/snapshot_check.h"
#include "format/finding.h"
#include "readers/snapshot.h"

namespace savvy {

// `depth.data_percent` is how much is read.
void check_data(const Snapshot& snapshot, const CheckDepth& depth, FindingSink& findings);

}  // namespace savvy
