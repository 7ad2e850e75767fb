#include "writers/local_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "format/byte_units.h"
#include "format/errors.h"
#include "format/interruption.h"
#include "writers/detail/descriptor.h"
#include "writers/detail/open_folder.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

// Many files are open at once: one of each state for each thread that writes RocksDB's.
constexpr std::size_t kBufferBytes = 128 * kKiB;
constexpr mode_t kNewFileMode = 0666;  // the umask takes from both
constexpr mode_t kNewFolderMode = 0777;
constexpr std::string_view kMetadata = "_metadata";
constexpr std::string_view kUnverifiedMetadata = "_metadata.part";
constexpr std::string_view kUnfinished = ".inprogress";

[[noreturn]] void fail(const std::string& path, std::string_view operation) {
  throw IoError(IoDirection::kWriting, path, operation, errno);
}

// Fills the whole stretch of the file.
void write_at(int descriptor, std::uint64_t offset, Bytes bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

class LocalOutputFile final : public OutputFile {
 public:
  LocalOutputFile(std::string path, std::string name, const std::atomic<bool>* interrupted)
      : path_(std::move(path)),
        name_(std::move(name)),
        interrupted_(interrupted),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewFileMode)) {
    if (descriptor_.number() < 0) fail(path_, "create");
  }

  std::string_view name() const override { return name_; }
  std::uint64_t size() const override { return written_ + buffer_.size(); }

  void append(Bytes bytes) override {
    if (buffer_.size() + bytes.size() > kBufferBytes) flush();
    if (bytes.size() > kBufferBytes) {
      write_at(descriptor_.number(), written_, bytes, path_);
      written_ += bytes.size();
      return;
    }
    if (buffer_.size() + bytes.size() > buffer_.capacity()) {
      buffer_.reserve(std::min(kBufferBytes, 2 * (buffer_.size() + bytes.size())));
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }

  void patch(std::uint64_t offset, Bytes bytes) override {
    if (offset < written_) {
      const Bytes on_disk = bytes.first(
          static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), written_ - offset)));
      write_at(descriptor_.number(), offset, on_disk, path_);
      offset += on_disk.size();
      bytes = bytes.subspan(on_disk.size());
    }
    if (bytes.empty()) return;
    std::copy(bytes.begin(), bytes.end(),
              buffer_.begin() + static_cast<std::ptrdiff_t>(offset - written_));
  }

  void finish() override {
    flush();
    if (fsync(descriptor_.number()) != 0) fail(path_, "sync");
    if (descriptor_.close() != 0) fail(path_, "close");
    buffer_ = {};
  }

 private:
  void flush() {
    check_interrupt(interrupted_);
    write_at(descriptor_.number(), written_, buffer_, path_);
    written_ += buffer_.size();
    buffer_.clear();
  }

  std::string path_;
  std::string name_;
  const std::atomic<bool>* interrupted_;
  Descriptor descriptor_;
  std::uint64_t written_ = 0;  // bytes on disk
  ByteVector buffer_;          // what follows them
};

class FinishedFile final : public RandomAccessFile {
 public:
  explicit FinishedFile(std::string path)
      : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status;
    if (descriptor_.number() < 0 || fstat(descriptor_.number(), &status) != 0) {
      fail(path_, "open");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  std::string_view name() const override { return path_; }
  std::uint64_t size() const override { return size_; }

  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    while (!out.empty()) {
      const ssize_t n =
          pread(descriptor_.number(), out.data(), out.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) throw IoError(IoDirection::kWriting, path_, "read back", n < 0 ? errno : EIO);
      out = out.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
  }

 private:
  std::string path_;
  Descriptor descriptor_;
  std::uint64_t size_ = 0;
};

bool exists(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0;  // a link into nowhere is something, too
}

std::string file_in(const std::string& folder, std::string_view name) {
  return fmt::format("{}/{}", folder, name);
}

[[noreturn]] void refuse_destination(const std::string& path) {
  throw UnsupportedError(fmt::format(
      "{}: exists already, and a snapshot is never written over anything; give another name, or "
      "move it out of the way",
      path));
}

// Between its two last steps a run that is killed leaves a whole snapshot without its name.
[[noreturn]] void refuse_leftover(const std::string& path) {
  if (is_locked(path)) {
    throw UnsupportedError(fmt::format("{}: another run is writing there", path));
  }
  const bool whole = exists(file_in(path, kMetadata));
  throw UnsupportedError(fmt::format(
      "{}: exists already: another run is writing there, or one was interrupted and left it "
      "behind; "
      "in that case it {}",
      path,
      whole ? "holds a whole snapshot that did not get its name: rename it, or delete it"
            : "holds no snapshot and can be deleted"));
}

// Of a file with two names.
void remove_first_name(const std::string& first, const std::string& second) {
  if (unlink(first.c_str()) == 0) return;
  const int error = errno;
  unlink(second.c_str());
  throw IoError(IoDirection::kWriting, first, "remove", error);
}

// Without replacing what `to` may name.
void rename_to_new(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno == EEXIST) refuse_destination(to);
  // A kernel or a file system without this form. A second name for a file is refused as well; folders
  // have but one. Between the look and the rename of one another program could slip in an empty
  // folder; a folder with something in it still makes it fail.
  if (errno != EINVAL && errno != ENOSYS) fail(to, "rename to");
  if (link(from.c_str(), to.c_str()) == 0) return remove_first_name(from, to);
  if (errno == EEXIST || exists(to)) refuse_destination(to);
  if (std::rename(from.c_str(), to.c_str()) != 0) fail(to, "rename to");
}

// Without a slash at the end, which would lead ".inprogress" inside.
std::string without_end_slash(std::string_view path) {
  const std::size_t last = path.find_last_not_of('/');
  if (last == std::string_view::npos) throw UsageError("the name of the new snapshot is empty");
  const std::string_view name = path.substr(0, last + 1);
  if (name.ends_with(kUnfinished)) {
    throw UsageError(fmt::format("{}: names that end in {} are those of unfinished snapshots", name,
                                 kUnfinished));
  }
  return std::string(name);
}

// A folder to be made.
std::string new_folder(std::string_view path) {
  std::string name = without_end_slash(path);
  const std::string last_part = name.substr(name.rfind('/') + 1);
  if ((last_part == "." || last_part == "..") && !exists(name)) {
    throw UsageError(fmt::format("{}: the new snapshot needs a name of its own", path));
  }
  return name;
}

std::string parent_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

LocalSnapshotFolder::LocalSnapshotFolder(std::string_view destination,
                                         const std::atomic<bool>* interrupted)
    : destination_(new_folder(destination)),
      work_folder_(destination_ + std::string(kUnfinished)),
      interrupted_(interrupted) {
  if (exists(destination_)) refuse_destination(destination_);
  if (mkdir(work_folder_.c_str(), kNewFolderMode) != 0) {
    if (errno == EEXIST) refuse_leftover(work_folder_);
    fail(work_folder_, "create");
  }
  try {
    parent_ = std::make_unique<const OpenFolder>(parent_of(destination_));
    work_ = std::make_unique<const OpenFolder>(work_folder_);
  } catch (...) {
    rmdir(work_folder_.c_str());
    throw;
  }
  work_->lock();
}

LocalSnapshotFolder::~LocalSnapshotFolder() {
  if (!removed_by_destructor_ || !is_ours()) return;
  // Before its files: what is half removed must not look like a snapshot.
  if (unlink(path_of(kMetadata).c_str()) != 0 && errno != ENOENT) return;
  std::error_code ignored;
  fs::remove_all(work_folder_, ignored);
}

std::string LocalSnapshotFolder::path_of(std::string_view name) const {
  return file_in(work_folder_, name);
}

// What took the place of the folder is none of ours, and what cannot be told may be.
bool LocalSnapshotFolder::is_ours() const {
  try {
    return work_->is_in_place();
  } catch (const IoError&) {
    return false;
  }
}

void LocalSnapshotFolder::require_in_place() const {
  if (work_->is_in_place()) return;
  throw IoError(IoDirection::kWriting,
                fmt::format("{}: somebody removed or moved it while it was written", work_folder_));
}

std::unique_ptr<OutputFile> LocalSnapshotFolder::create(std::string_view name) {
  check_interrupt(interrupted_);
  require_in_place();
  return std::make_unique<LocalOutputFile>(path_of(name), std::string(name), interrupted_);
}

std::unique_ptr<RandomAccessFile> LocalSnapshotFolder::open(std::string_view name) const {
  return std::make_unique<FinishedFile>(path_of(name));
}

void LocalSnapshotFolder::rename(std::string_view from, std::string_view to) {
  rename_to_new(path_of(from), path_of(to));
}

void LocalSnapshotFolder::remove(std::string_view name) {
  if (unlink(path_of(name).c_str()) != 0) fail(path_of(name), "remove");
}

std::string LocalSnapshotFolder::write_metadata(Bytes metadata) {
  const auto file = create(kUnverifiedMetadata);
  file->append(metadata);
  file->finish();
  work_->sync();
  return path_of(kUnverifiedMetadata);
}

void LocalSnapshotFolder::commit() {
  check_interrupt(interrupted_);
  require_in_place();
  rename(kUnverifiedMetadata, kMetadata);
  work_->sync();
  rename_to_new(work_folder_, destination_);
  removed_by_destructor_ = false;
  parent_->sync_last(destination_);
}

LocalMetadataFile::LocalMetadataFile(std::string_view folder, const std::atomic<bool>* interrupted)
    : folder_(without_end_slash(folder)), interrupted_(interrupted) {
  require_free_for_metadata(folder_);
  made_folder_ = mkdir(folder_.c_str(), kNewFolderMode) == 0;
  if (!made_folder_ && errno != EEXIST) fail(folder_, "create");
}

LocalMetadataFile::~LocalMetadataFile() {
  if (removed_by_destructor_) unlink(file_in(folder_, kUnverifiedMetadata).c_str());
  if (made_folder_) rmdir(folder_.c_str());
}

std::string LocalMetadataFile::write(Bytes metadata) {
  check_interrupt(interrupted_);
  std::string path = file_in(folder_, kUnverifiedMetadata);
  LocalOutputFile file(path, std::string(kUnverifiedMetadata), interrupted_);
  removed_by_destructor_ = true;
  file.append(metadata);
  file.finish();
  OpenFolder(folder_).sync();
  return path;
}

void LocalMetadataFile::commit() {
  check_interrupt(interrupted_);
  const OpenFolder folder(folder_);
  if (made_folder_) OpenFolder(parent_of(folder_)).sync();
  const std::string metadata = file_in(folder_, kMetadata);
  rename_to_new(file_in(folder_, kUnverifiedMetadata), metadata);
  removed_by_destructor_ = false;
  made_folder_ = false;
  folder.sync_last(metadata);
}

void require_free_for_metadata(std::string_view folder) {
  const std::string name = without_end_slash(folder);
  const std::string metadata = file_in(name, kMetadata);
  if (exists(metadata)) refuse_destination(metadata);
  const std::string part = file_in(name, kUnverifiedMetadata);
  if (exists(part)) refuse_leftover(part);
}

void require_free_name(std::string_view destination) {
  const std::string name = new_folder(destination);
  if (exists(name)) refuse_destination(name);
  const std::string work_folder = name + std::string(kUnfinished);
  if (exists(work_folder)) refuse_leftover(work_folder);
}

void rename_and_sync(std::string& from, const std::string& to) {
  const OpenFolder folder(parent_of(to));
  if (std::rename(from.c_str(), to.c_str()) != 0) fail(from, "rename");
  from.clear();
  folder.sync_last(to);
}

std::uint64_t free_bytes(std::string_view destination) {
  const std::string folder = parent_of(without_end_slash(destination));
  struct statvfs status;
  if (statvfs(folder.c_str(), &status) != 0) fail(folder, "look at the free space");
  // Of no blocks at all: a file system that does not say.
  if (status.f_blocks == 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace savvy
