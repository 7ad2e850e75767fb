#include "writers/detail/open_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

}  // namespace

OpenFolder::OpenFolder(std::string path)
    : path_(std::move(path)), folder_(::open(path_.c_str(), kFolder)) {
  if (folder_.number() < 0) throw IoError(IoDirection::kWriting, path_, "open", errno);
}

// Some file systems do not sync folders, and say so.
bool OpenFolder::try_sync() const { return fsync(folder_.number()) == 0 || errno == EINVAL; }

void OpenFolder::sync() const {
  if (!try_sync()) throw IoError(IoDirection::kWriting, path_, "sync", errno);
}

void OpenFolder::sync_last(const std::string& named) const {
  if (try_sync()) return;
  throw IoError(IoDirection::kWriting,
                fmt::format("{}: cannot sync: {}; {} is there and whole, but may be gone after a "
                            "crash of the machine",
                            path_, std::generic_category().message(errno), named));
}

bool OpenFolder::is_in_place() const {
  struct stat held;
  struct stat named;
  const bool found = fstat(folder_.number(), &held) == 0 && lstat(path_.c_str(), &named) == 0;
  if (found) return held.st_dev == named.st_dev && held.st_ino == named.st_ino;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw IoError(IoDirection::kWriting, path_, "look at", errno);
}

void OpenFolder::lock() const { static_cast<void>(flock(folder_.number(), LOCK_EX | LOCK_NB)); }

bool is_locked(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), kFolder));
  return opened.number() >= 0 && flock(opened.number(), LOCK_SH | LOCK_NB) != 0 &&
         errno == EWOULDBLOCK;
}

}  // namespace savvy
