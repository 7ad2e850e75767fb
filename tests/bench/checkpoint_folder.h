// What the folders of the benchmark's snapshots have in common.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "format/keyed_meta.h"
#include "format/metadata.h"

namespace savvy::bench {

// Writes `_metadata`.
void write_metadata(const std::filesystem::path& folder, std::vector<OperatorState> operators);

// The handle of a RocksDB checkpoint in folder/name, all of whose files are named relative to
// `folder`; writes the file that describes its states.
IncrementalHandle checkpoint_handle(const std::filesystem::path& folder, const std::string& name,
                                    const KeyedMetaBlock& meta, KeyGroupRange range);

}  // namespace savvy::bench
