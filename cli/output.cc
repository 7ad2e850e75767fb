#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "format/errors.h"
#include "format/interruption.h"
#include "writers/local_output.h"

namespace savvy {
namespace {

constexpr mode_t kNewFileMode = 0666;  // the umask takes from it
constexpr mode_t kOwnFileMode = 0600;
constexpr auto kSameOwner = static_cast<uid_t>(-1);

[[noreturn]] void fail(const std::string& path, std::string_view operation) {
  throw IoError(IoDirection::kWriting, path, operation, errno);
}

// A device or a link would vanish under the file that takes its name.
void require_plain_or_absent(const std::string& path) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
  throw UnsupportedError(
      fmt::format("{}: exists and is no plain file, which alone is replaced; without an output "
                  "file the result goes to standard output",
                  path));
}

// Nobody may do more with a file than with the one it replaces. Where owner and group cannot be kept
// either, others may do only what both group and others might.
void keep_access(const struct stat& replaced, int descriptor) {
  mode_t mode = replaced.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
  if (fchown(descriptor, replaced.st_uid, replaced.st_gid) != 0 &&
      fchown(descriptor, kSameOwner, replaced.st_gid) != 0) {
    const mode_t both = mode & (mode >> 3) & S_IRWXO;
    mode = (mode & S_IRWXU) | both << 3 | both;
  }
  // It fails where files have no modes; then what was there at first stays.
  static_cast<void>(fchmod(descriptor, mode));
}

[[noreturn]] void refuse_part(const std::string& path) {
  throw UnsupportedError(
      fmt::format("{}: exists already: another run is writing there, or one was interrupted and "
                  "left it behind; in that case it can be deleted",
                  path));
}

}  // namespace

Output::Output(std::string path, const std::atomic<bool>* interrupted)
    : path_(std::move(path)), interrupted_(interrupted), descriptor_(STDOUT_FILENO) {
  if (path_.empty()) {
    path_ = "standard output";
    return;
  }
  require_plain_or_absent(path_);
  part_path_ = path_ + ".part";
  struct stat replaced;
  const bool replaces = lstat(path_.c_str(), &replaced) == 0;
  descriptor_ = open(part_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                     replaces ? kOwnFileMode : kNewFileMode);
  if (descriptor_ < 0 && errno == EEXIST) refuse_part(part_path_);
  if (descriptor_ < 0) fail(part_path_, "create");
  if (replaces) keep_access(replaced, descriptor_);
}

Output::~Output() {
  if (part_path_.empty()) return;
  if (descriptor_ >= 0) close(descriptor_);
  unlink(part_path_.c_str());
}

void Output::write(std::string_view text) {
  check_interrupt(interrupted_);
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EPIPE && part_path_.empty()) throw BrokenPipeError(path_);
    if (n < 0) fail(part_path_.empty() ? path_ : part_path_, "write");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Output::close_part() {
  const int descriptor = std::exchange(descriptor_, -1);
  if (close(descriptor) != 0) fail(part_path_, "close");
}

void Output::finish() {
  if (part_path_.empty()) return;
  write({});  // the last look at the flag
  if (fsync(descriptor_) != 0) fail(part_path_, "sync");
  close_part();
  rename_and_sync(part_path_, path_);
}

}  // namespace savvy
