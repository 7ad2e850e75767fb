// Who has to read a snapshot that is written: the version of its metadata, and what may stand in it.
//
// Values  newer Flink reads all older versions, so a version is lowered where a release asks for it
//         and raised only where somebody asks for the version itself. The version does not fix the
//         codes of the handles: later releases added codes to versions 3 and 4 in place, so what an
//         older release reads is decided code by code
// Errors  UsageError: a version that the release does not read. UnsupportedError: state that cannot
//         be said there, with its operator and subtask
// Source  MetadataV2V3SerializerBase, MetadataV3Serializer .. MetadataV6Serializer, by release

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/flink_release.h"
#include "format/metadata.h"

namespace savvy {

// Both empty: as the source has it, in its dialect.
struct MetadataTarget {
  std::optional<std::int32_t> version;
  std::optional<FlinkRelease> release;
};

// Throws if the target's version is none that its release reads.
void check_metadata_target(const MetadataTarget& target);

std::int32_t target_version(const MetadataTarget& target, std::int32_t source_version);

// Makes of the metadata what the target reads, or throws and leaves it as it is. Of what the older
// layout has no place for and no restore needs, the notes tell, a sentence each: operator names and
// uids before version 5, properties before 4. Empty segments, which hold no bytes, become empty
// inline state for a release that does not know them.
std::vector<std::string> retarget_metadata(Metadata& metadata, const MetadataTarget& target);

}  // namespace savvy
