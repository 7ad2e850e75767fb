#include "readers/local_storage.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

// Owns an open file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

class LocalFile final : public RandomAccessFile {
 public:
  LocalFile(std::string path, Descriptor descriptor, std::uint64_t size, IoDirection direction)
      : path_(std::move(path)),
        descriptor_(std::move(descriptor)),
        size_(size),
        direction_(direction) {}

  std::string_view name() const override { return path_; }
  std::uint64_t size() const override { return size_; }

  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    while (!out.empty()) {
      const ssize_t n =
          pread(descriptor_.number(), out.data(), out.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("read", errno);
      // The file became shorter than it was when it was opened.
      if (n == 0) fail("read to its end, which moved,", EIO);
      out = out.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
  }

 private:
  [[noreturn]] void fail(std::string_view operation, int error_number) const {
    throw IoError(direction_, path_, operation, error_number);
  }

  std::string path_;
  Descriptor descriptor_;
  std::uint64_t size_;
  IoDirection direction_;
};

// The system would end such a path at the zero, and take another file for the one that is meant.
bool is_path(std::string_view path) { return path.find('\0') == std::string_view::npos; }

// What a message can hold of such a path.
std::string shown(std::string_view path) {
  std::string text;
  for (const char c : path) text += c == '\0' ? std::string("\\0") : std::string(1, c);
  return text;
}

}  // namespace

std::unique_ptr<RandomAccessFile> LocalStorage::open(std::string_view path) const {
  if (!is_path(path)) throw IoError(direction_, shown(path), "open", EINVAL);
  std::string name(path);
  // Non-blocking, so that a named pipe is refused below and not waited for.
  Descriptor descriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  if (descriptor.number() < 0 || fstat(descriptor.number(), &status) != 0) {
    throw IoError(direction_, path, "open", errno);
  }
  if (S_ISDIR(status.st_mode)) throw IoError(direction_, path, "read", EISDIR);
  if (!S_ISREG(status.st_mode)) {
    throw IoError(direction_, name + ": is a pipe, a socket or a device, and no file");
  }
  return std::make_unique<LocalFile>(std::move(name), std::move(descriptor),
                                     static_cast<std::uint64_t>(status.st_size), direction_);
}

std::optional<std::uint64_t> LocalStorage::file_size(std::string_view path) const {
  struct stat status;
  if (!is_path(path) || stat(std::string(path).c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace savvy
