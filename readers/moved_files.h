// Helps people who point at the wrong place: the snapshots below a folder, and the --map rule that
// finds files of a snapshot whose folder was moved.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "readers/path_map.h"

namespace savvy {

// The metadata file that SNAPSHOT stands for: the file itself, or _metadata in the directory. It may
// be a URI, as Flink prints it. IoError if there is none; its text names snapshots found in or under
// the directory.
std::string find_metadata(const std::string& snapshot, const PathMap& paths);

// A rule FROM=TO under which `uri`, whose local path does not exist, names an existing file near
// the snapshot: the longest tail of the path that exists under the snapshot's folder or one above
// it.
std::optional<std::string> suggest_map_rule(std::string_view missing_path, std::string_view uri,
                                            const std::string& snapshot_directory);

}  // namespace savvy
