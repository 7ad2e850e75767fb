#include "readers/moved_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "format/errors.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMetadataName = "_metadata";
constexpr int kSearchDepth = 2;        // ROOT/<job id>/chk-N
constexpr std::size_t kMaxNamed = 5;   // snapshots named in a message
constexpr int kAncestorsSearched = 4;  // folders above the snapshot

// By the number behind the last dash, so that chk-10 comes before chk-9; then by name.
long trailing_number(const std::string& path) {
  const std::size_t dash = path.rfind('-');
  return dash == std::string::npos ? -1 : std::atol(path.c_str() + dash + 1);
}

std::vector<std::string> snapshots_below(const fs::path& root) {
  std::vector<std::string> found;
  std::error_code ignored;
  fs::recursive_directory_iterator walk(root, fs::directory_options::skip_permission_denied,
                                        ignored);
  for (; walk != fs::recursive_directory_iterator(); walk.increment(ignored)) {
    if (walk->is_directory(ignored) && fs::is_regular_file(walk->path() / kMetadataName, ignored)) {
      found.push_back(walk->path().string());
    }
    if (walk.depth() >= kSearchDepth) walk.disable_recursion_pending();
  }
  std::sort(found.begin(), found.end(), [](const std::string& a, const std::string& b) {
    const long first = trailing_number(a);
    const long second = trailing_number(b);
    return first != second ? first > second : a < b;
  });
  return found;
}

std::string explain_missing(const std::string& directory) {
  const std::vector<std::string> found = snapshots_below(directory);
  std::string text = fmt::format("{}: no {} in this directory", directory, kMetadataName);
  if (found.empty()) return text;
  text += "; snapshots found below it:";
  for (std::size_t i = 0; i < std::min(found.size(), kMaxNamed); ++i) {
    text += fmt::format("\n  {}", found[i]);
  }
  if (found.size() > kMaxNamed) text += fmt::format("\n  and {} more", found.size() - kMaxNamed);
  return text;
}

std::string local_form(const std::string& given, const PathMap& paths) {
  const std::optional<std::string> local = paths.to_local(given);
  if (local) return *local;
  throw IoError(IoDirection::kReading,
                fmt::format("{}: savvy reads local files; --map FROM=TO tells where a URI prefix "
                            "lives here",
                            given));
}

}  // namespace

std::string find_metadata(const std::string& given, const PathMap& paths) {
  std::error_code ignored;
  std::string snapshot = fs::exists(given, ignored) ? given : local_form(given, paths);
  if (!fs::is_directory(snapshot, ignored)) return snapshot;
  std::string inside = (fs::path(snapshot) / kMetadataName).string();
  std::error_code error;
  const fs::file_status status = fs::status(inside, error);
  if (fs::exists(status)) return inside;
  if (status.type() == fs::file_type::none) {
    throw IoError(IoDirection::kReading, inside, "look at", error.value());
  }
  if (fs::is_symlink(fs::symlink_status(inside, ignored))) {
    throw IoError(IoDirection::kReading, inside + ": a link that leads nowhere");
  }
  throw IoError(IoDirection::kReading, explain_missing(snapshot));
}

std::optional<std::string> suggest_map_rule(std::string_view missing_path, std::string_view uri,
                                            const std::string& snapshot_directory) {
  std::error_code ignored;
  const fs::path start = fs::absolute(snapshot_directory, ignored).lexically_normal();
  // The longest tail first, then the nearest folder.
  for (std::size_t cut = missing_path.find('/', 1); cut != std::string_view::npos;
       cut = missing_path.find('/', cut + 1)) {
    const std::string_view tail = missing_path.substr(cut + 1);
    // A rule replaces the front of the URI, so the tail must be one of the URI too.
    if (!uri.ends_with(fmt::format("/{}", tail))) continue;
    fs::path folder = start;
    for (int i = 0; i <= kAncestorsSearched && folder.has_relative_path(); ++i) {
      if (fs::is_regular_file(folder / tail, ignored)) {
        return fmt::format("{}={}", uri.substr(0, uri.size() - tail.size() - 1), folder.string());
      }
      folder = folder.parent_path();
    }
  }
  return std::nullopt;
}

}  // namespace savvy
