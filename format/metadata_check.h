// What is wrong with a snapshot as far as its metadata alone can tell.
//
// Values  only what no healthy snapshot of any Flink release has is a finding. Subtasks without
//         state leave gaps in the key groups; a handle may stand in several subtasks and keep its
//         id where a job was rescaled; a job that was restored goes on with ids above the old ones
// Source  formats of Flink 1.8 to 2.3; the classes stand at the rules
//
// What Flink's own parser refuses never gets here: decode_metadata throws.

#pragma once

#include <cstdint>
#include <string>

#include "format/finding.h"
#include "format/metadata.h"

namespace savvy {

// SV003 to SV016 and SV018 to SV024. `file` is what the findings call the metadata.
void check_metadata(const Metadata& metadata, const std::string& file, FindingSink& findings);

// SV017: the properties of metadata that was read with DamagedProperties::kKeep.
// `metadata_bytes` is the size of the whole file.
void check_properties(const Metadata& metadata, const std::string& file,
                      std::uint64_t metadata_bytes, FindingSink& findings);

}  // namespace savvy
