#include "readers/temp_file.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "format/errors.h"

namespace savvy {
namespace {

std::string default_directory() {
  std::error_code ignored;
  return std::filesystem::temp_directory_path(ignored).string();
}

}  // namespace

TempFile::TempFile(const std::string& directory)
    : path_(fmt::format("{}/savvy-XXXXXX", directory.empty() ? default_directory() : directory)),
      descriptor_(mkstemp(path_.data())) {
  if (descriptor_ < 0) throw IoError(IoDirection::kWriting, path_, "create", errno);
  unlink(path_.c_str());
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
    if (n <= 0) throw IoError(IoDirection::kReading, path_, "read", n < 0 ? errno : EIO);
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

}  // namespace savvy
