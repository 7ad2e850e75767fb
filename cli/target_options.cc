#include "cli/target_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "format/errors.h"

namespace savvy {
namespace {

// Version 2 has no place for coordinators, in-flight data and finished tasks.
constexpr std::int32_t kOldestOffered = 3;

FlinkRelease release_of(const std::string& text) {
  const std::optional<FlinkRelease> release = parse_flink_release(text);
  if (release) return *release;
  throw UsageError(fmt::format(
      "--for-flink {}: expected 1.15 to 1.20, or 2.0 and later, for example --for-flink 1.20",
      text));
}

}  // namespace

void add_target_options(CLI::App& command, TargetOptions& options) {
  command
      .add_option("--metadata-version", options.metadata_version,
                  "Version of the new metadata: 3 is read by Flink 1.15 and later, 4 by 1.16, 5 by "
                  "2.0, 6 by 2.1; without it that of SRC, e.g. --metadata-version 4")
      ->check(CLI::Range(kOldestOffered, kNewestMetadataVersion))
      ->type_name("N");
  command
      .add_option("--for-flink", options.for_flink,
                  "Oldest Flink that must restore the result: 1.15 to 1.20, 2.0 and later; lowers "
                  "the metadata version as far as needed, and refuses state that this release "
                  "cannot read, e.g. --for-flink 1.20")
      ->type_name("RELEASE");
}

MetadataTarget metadata_target(const TargetOptions& options) {
  MetadataTarget target;
  target.version = options.metadata_version;
  if (!options.for_flink.empty()) target.release = release_of(options.for_flink);
  check_metadata_target(target);
  return target;
}

}  // namespace savvy
