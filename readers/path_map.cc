#include "readers/path_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::string_view kFileScheme = "file:";

// "file:///a" and "file:/a" and "/a" mean the same file.
std::string_view without_file_scheme(std::string_view uri) {
  if (!uri.starts_with(kFileScheme)) return uri;
  uri.remove_prefix(kFileScheme.size());
  if (uri.starts_with("///")) uri.remove_prefix(2);
  return uri;
}

std::string_view without_trailing_slashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

bool has_scheme(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  return colon != std::string_view::npos && colon > 0 && uri.find('/') > colon;
}

bool is_prefix_of(std::string_view prefix, std::string_view path) {
  return path.starts_with(prefix) &&
         (path.size() == prefix.size() || prefix.back() == '/' || path[prefix.size()] == '/');
}

}  // namespace

void PathMap::add_rule(std::string_view rule) {
  const std::size_t equals = std::min(rule.find('='), rule.size());
  const std::string_view from = without_file_scheme(rule.substr(0, equals));
  const std::string_view to = without_file_scheme(rule.substr(std::min(equals + 1, rule.size())));
  if (from.empty() || to.empty()) {
    throw UsageError(fmt::format(
        "--map {}: expected FROM=TO, for example --map s3://bucket/checkpoints=/mnt/checkpoints",
        rule));
  }
  rules_.emplace_back(without_trailing_slashes(from), without_trailing_slashes(to));
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

std::optional<std::string> PathMap::to_local(std::string_view uri) const {
  const std::string_view path = without_file_scheme(uri);
  for (const auto& [from, to] : rules_) {
    if (!is_prefix_of(from, path)) continue;
    std::string_view tail = path.substr(from.size());
    while (tail.starts_with('/')) tail.remove_prefix(1);
    return tail.empty() ? to : fmt::format("{}/{}", to == "/" ? "" : to, tail);
  }
  if (has_scheme(path)) return std::nullopt;
  return std::string(path);
}

}  // namespace savvy
