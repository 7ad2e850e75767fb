// What commands do for --metadata-version and --for-flink.

#pragma once

#include <cstdint>

#include "cli/rewrite_context.h"
#include "format/metadata_target.h"
#include "readers/snapshot.h"

namespace savvy {

// Says so where metadata of the new version lets values be taken for those of another Kryo.
void note_kept_values(std::int32_t old_version, std::int32_t new_version, RewriteNotes& notes);

// For a command that writes no state anew. Makes of the metadata, which names the state of `source`, what the target reads, and notes what
// that costs. UnsupportedError for handles and SST files that the target does not read.
void retarget(const Snapshot& source, const MetadataTarget& target, Metadata& metadata,
              RewriteNotes& notes);

}  // namespace savvy
