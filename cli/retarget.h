// What a command does for --metadata-version and --for-flink that writes no state anew.

#pragma once

#include "cli/rewrite_context.h"
#include "format/metadata_target.h"
#include "readers/snapshot.h"

namespace savvy {

// Makes of the metadata, which names the state of `source`, what the target reads, and notes what
// that costs. UnsupportedError for handles and SST files that the target does not read.
void retarget(const Snapshot& source, const MetadataTarget& target, Metadata& metadata,
              RewriteNotes& notes);

}  // namespace savvy
