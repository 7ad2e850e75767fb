// Releases of Flink, as far as they differ in the metadata they read.
//
// Values  1.15 to 1.20, and 2.0 and later: what is older changed version 3 without a new number
// Source  MetadataSerializers and MetadataV3Serializer .. MetadataV6Serializer, by release

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace savvy {

struct FlinkRelease {
  int major = 0;
  int minor = 0;

  auto operator<=>(const FlinkRelease&) const = default;
};

// "1.20"; empty if the text is no release that is known to come or to have come.
std::optional<FlinkRelease> parse_flink_release(std::string_view text);

std::string to_string(FlinkRelease release);

// The version that the release writes, and the newest that it reads.
std::int32_t newest_metadata_version(FlinkRelease release);

}  // namespace savvy
