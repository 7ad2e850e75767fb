#include "readers/temp_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr mode_t kMode = 0600;

std::string default_directory() {
  std::error_code error;
  std::string directory = std::filesystem::temp_directory_path(error).string();
  if (!error) return directory;
  throw IoError(
      IoDirection::kWriting,
      fmt::format("no directory for temporary files: {}; --tmp-dir names one", error.message()));
}

// For file systems that know no files without a name.
int open_named(std::string& path) {
  const int descriptor = mkstemp(path.data());
  if (descriptor < 0) throw IoError(IoDirection::kWriting, path, "create", errno);
  if (unlink(path.c_str()) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  unlink(path.c_str());  // whatever it was may have passed
  throw IoError(IoDirection::kWriting, path, "remove", error);
}

// `path` is a pattern for mkstemp.
int open_temp_file(const std::string& directory, std::string& path) {
  const int descriptor = open(directory.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, kMode);
  // EISDIR: a kernel that does not know the flag.
  if (descriptor >= 0) return descriptor;
  if (errno == EOPNOTSUPP || errno == EISDIR) return open_named(path);
  throw IoError(IoDirection::kWriting, directory, "create a temporary file there", errno);
}

}  // namespace

TempFile::TempFile(const std::string& wanted_directory) {
  const std::string directory = wanted_directory.empty() ? default_directory() : wanted_directory;
  path_ = fmt::format("{}/savvy-XXXXXX", directory);
  descriptor_ = open_temp_file(directory, path_);
}

TempFile::~TempFile() { close(descriptor_); }

void TempFile::append(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw IoError(IoDirection::kWriting, path_, "write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    size_ += static_cast<std::uint64_t>(n);
  }
}

void TempFile::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t n = pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw IoError(IoDirection::kWriting, path_, "read back", n < 0 ? errno : EIO);
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

}  // namespace savvy
