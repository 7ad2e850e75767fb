#include "format/flink_release.h"

#include <fmt/format.h>

#include <charconv>

namespace savvy {
namespace {

constexpr FlinkRelease kOldest = {1, 15};
constexpr FlinkRelease kLastOfFlink1 = {1, 20};

// Digits alone, without zeros in front.
std::optional<int> parse_number(std::string_view text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool plain = !text.empty() && text[0] != '-' && (text[0] != '0' || text.size() == 1);
  if (!plain || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<FlinkRelease> parse_flink_release(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::optional<int> major = parse_number(text.substr(0, dot));
  const std::optional<int> minor = parse_number(text.substr(dot + 1));
  if (!major || !minor) return std::nullopt;
  const FlinkRelease release = {*major, *minor};
  const bool known = (release >= kOldest && release <= kLastOfFlink1) || release.major == 2;
  return known ? std::optional(release) : std::nullopt;
}

std::string to_string(FlinkRelease release) {
  return fmt::format("{}.{}", release.major, release.minor);
}

std::int32_t newest_metadata_version(FlinkRelease release) {
  if (release >= FlinkRelease{2, 1}) return 6;
  if (release >= FlinkRelease{2, 0}) return 5;
  if (release >= FlinkRelease{1, 16}) return 4;
  return 3;
}

}  // namespace savvy
