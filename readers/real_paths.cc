#include "readers/real_paths.h"

#include <filesystem>
#include <system_error>

namespace savvy {
namespace {

namespace fs = std::filesystem;

std::string without_trailing_slash(const fs::path& path) {
  return path.has_filename() || !path.has_relative_path() ? path.string()
                                                          : path.parent_path().string();
}

}  // namespace

std::string normalized_path(const std::string& path) {
  std::error_code ignored;
  const fs::path absolute = fs::absolute(path, ignored);
  return without_trailing_slash((absolute.empty() ? fs::path(path) : absolute).lexically_normal());
}

std::string RealPaths::folder(const std::string& path) {
  const auto [known, fresh] = folders_.try_emplace(path);
  if (fresh) {
    std::error_code failed;
    const fs::path real = fs::canonical(path, failed);
    known->second = failed ? normalized_path(path) : real.string();
  }
  return known->second;
}

std::string RealPaths::of(const std::string& path) {
  const fs::path whole(path);
  std::error_code failed;
  const bool plain = whole.has_filename() && whole.filename() != "." && whole.filename() != ".." &&
                     !fs::is_symlink(whole, failed);
  if (!plain) return folder(path);
  const fs::path parent = whole.parent_path();
  return (fs::path(folder(parent.empty() ? "." : parent.string())) / whole.filename()).string();
}

}  // namespace savvy
