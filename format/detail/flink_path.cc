#include "format/detail/flink_path.h"

#include <algorithm>

namespace savvy::detail {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_scheme_part(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// Where the scheme ends: a colon in front of the first slash.
std::size_t scheme_end(std::string_view path) {
  const std::size_t colon = path.find(':');
  return colon < path.find('/') ? colon : std::string_view::npos;
}

// Path takes a letter and a colon for a drive, on every system.
bool has_drive(std::string_view path) {
  return path.size() >= 2 && is_letter(path[0]) && path[1] == ':';
}

}  // namespace

const char* why_bad_path(std::string_view path) {
  if (path.empty()) return "is empty";
  const std::size_t colon = scheme_end(path);
  if (colon == std::string_view::npos || has_drive(path)) return nullptr;
  const std::string_view scheme = path.substr(0, colon);
  if (scheme.empty() || !is_letter(scheme[0]) ||
      !std::all_of(scheme.begin(), scheme.end(), is_scheme_part)) {
    return "has no valid URI scheme before the colon";
  }
  const std::string_view rest = path.substr(colon + 1);
  if (rest.empty()) return "is a URI scheme without a path";
  if (rest[0] != '/' && rest[0] != '\\') return "is a relative path behind a URI scheme";
  return nullptr;
}

const char* why_bad_relative_path(std::string_view path) {
  // Flink drops leading slashes, having turned backslashes into slashes.
  const std::size_t start = path.find_first_not_of("/\\");
  if (start == std::string_view::npos) return "is empty";
  if (scheme_end(path.substr(start)) != std::string_view::npos) {
    return "has a colon that Flink takes for the end of a URI scheme";
  }
  return nullptr;
}

}  // namespace savvy::detail
