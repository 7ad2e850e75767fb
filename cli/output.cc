#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr mode_t kNewFileMode = 0666;  // the umask takes from it

[[noreturn]] void fail(const std::string& path, std::string_view operation) {
  throw IoError(IoDirection::kWriting, path, operation, errno);
}

}  // namespace

Output::Output(std::string path) : path_(std::move(path)), descriptor_(STDOUT_FILENO) {
  if (path_.empty()) {
    path_ = "standard output";
    return;
  }
  part_path_ = path_ + ".part";
  descriptor_ = open(part_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kNewFileMode);
  if (descriptor_ < 0) fail(part_path_, "create");
}

Output::~Output() {
  if (part_path_.empty()) return;
  close(descriptor_);
  unlink(part_path_.c_str());
}

void Output::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(part_path_.empty() ? path_ : part_path_, "write");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Output::finish() {
  if (part_path_.empty()) return;
  if (fsync(descriptor_) != 0) fail(part_path_, "sync");
  if (std::rename(part_path_.c_str(), path_.c_str()) != 0) fail(part_path_, "rename");
  close(descriptor_);
  part_path_.clear();
}

}  // namespace savvy
