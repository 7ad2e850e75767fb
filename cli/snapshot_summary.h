// A snapshot in words: what kind it is, what wrote it.

#pragma once

#include <string>

#include "cli/json_document.h"
#include "readers/snapshot.h"

namespace savvy {

// "savepoint", "checkpoint" or "unknown", and the form ("canonical", "native"; empty if not known).
std::string kind_word(const CheckpointProperties& properties);
std::string form_word(const CheckpointProperties& properties);

// The Flink releases that write a metadata version, "1.16 to 1.20".
std::string releases_of_version(std::int32_t metadata_version);

// Path, kind, ids and properties, as fields of a document.
void add_snapshot_fields(const Snapshot& snapshot, Json& document);

}  // namespace savvy
