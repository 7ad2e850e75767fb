// --metadata-version and --for-flink: which Flink has to read what a command writes.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "format/metadata_target.h"

namespace CLI {
class App;
}

namespace savvy {

struct TargetOptions {
  std::optional<std::int32_t> metadata_version;
  std::string for_flink;  // empty: not given
};
void add_target_options(CLI::App& command, TargetOptions& options);

// UsageError for a version that the release does not read.
MetadataTarget metadata_target(const TargetOptions& options);

}  // namespace savvy
