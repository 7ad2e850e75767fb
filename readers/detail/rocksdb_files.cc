#include "readers/detail/rocksdb_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "format/errors.h"
#include "format/sst_tail.h"
#include "readers/sst_files.h"

namespace savvy {
namespace {

using rocksdb::IOStatus;

}  // namespace

// One stream, for both ways in which RocksDB reads files.
class RocksdbFile final : public rocksdb::FSRandomAccessFile, public rocksdb::FSSequentialFile {
 public:
  RocksdbFile(std::string name, std::unique_ptr<RandomAccessFile> file, RocksdbFiles& files)
      : name_(std::move(name)), file_(std::move(file)), files_(files) {}

  IOStatus Read(std::uint64_t offset, std::size_t n, const rocksdb::IOOptions&,
                rocksdb::Slice* result, char* scratch, rocksdb::IODebugContext*) const override {
    const std::uint64_t size = file_->size();
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(n, size > offset ? size - offset : 0));
    try {
      file_->read_at(offset, {reinterpret_cast<std::uint8_t*>(scratch), count});
    } catch (const Error&) {
      return files_.failed(name_);
    }
    *result = rocksdb::Slice(scratch, count);
    return IOStatus::OK();
  }

  IOStatus Read(std::size_t n, const rocksdb::IOOptions& options, rocksdb::Slice* result,
                char* scratch, rocksdb::IODebugContext* debug) override {
    IOStatus status = std::as_const(*this).Read(position_, n, options, result, scratch, debug);
    if (status.ok()) position_ += result->size();
    return status;
  }

  IOStatus Skip(std::uint64_t n) override {
    position_ += n;
    return IOStatus::OK();
  }
  bool use_direct_io() const override { return false; }
  std::size_t GetRequiredBufferAlignment() const override { return 1; }
  IOStatus InvalidateCache(std::size_t, std::size_t) override { return IOStatus::OK(); }

 private:
  std::string name_;
  std::unique_ptr<RandomAccessFile> file_;
  RocksdbFiles& files_;
  std::uint64_t position_ = 0;
};

RocksdbFiles::RocksdbFiles(const Snapshot& snapshot, const IncrementalHandle& handle)
    : snapshot_(snapshot) {
  for (const auto* list : {&handle.shared_files, &handle.private_files}) {
    for (const LocalFile& file : *list) files_[file.local_path] = &file.handle;
  }
}

void RocksdbFiles::expect(const RocksdbManifest& manifest) {
  listed_.clear();
  for (const RocksdbFamily& family : manifest.families) {
    for (const SstFile& file : family.files) {
      listed_.insert_or_assign(sst_local_path(file.number), ListedSst{family.name, file});
    }
  }
}

void RocksdbFiles::rethrow_error() const {
  const std::lock_guard lock(mutex_);
  if (error_ != nullptr) std::rethrow_exception(error_);
}

void RocksdbFiles::forget_error() {
  const std::lock_guard lock(mutex_);
  error_ = nullptr;
}

std::string RocksdbFiles::with_places(std::string text) const {
  for (const auto& [name, handle] : files_) {
    const std::string local = fmt::format("{}/{}", kFolder, name);
    const std::size_t at = text.find(local);
    if (at == std::string::npos) continue;
    const std::string place = snapshot_.local_path(*handle).value_or("inline bytes");
    text.replace(at, local.size(), fmt::format("{} ({})", place, name));
  }
  return text;
}

std::string RocksdbFiles::name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

const StreamHandle* RocksdbFiles::find(const std::string& path) const {
  const auto found = files_.find(name_of(path));
  return found == files_.end() ? nullptr : found->second;
}

// Keeps the exception that is being handled.
IOStatus RocksdbFiles::failed(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (error_ == nullptr) error_ = std::current_exception();
  return IOStatus::IOError("cannot be read", name);
}

IOStatus RocksdbFiles::open(const std::string& name, std::unique_ptr<RandomAccessFile>* file) {
  if (const auto own = replaced_.find(name_of(name)); own != replaced_.end()) {
    *file = std::make_unique<MemoryFile>(name, own->second);
    return IOStatus::OK();
  }
  const StreamHandle* handle = find(name);
  if (handle == nullptr) return IOStatus::PathNotFound(name);
  try {
    *file = snapshot_.open(*handle);
    return IOStatus::OK();
  } catch (const Error&) {
    return failed(name);
  }
}

IOStatus RocksdbFiles::NewSequentialFile(const std::string& name, const rocksdb::FileOptions&,
                                         std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                         rocksdb::IODebugContext*) {
  std::unique_ptr<RandomAccessFile> file;
  IOStatus status = open(name, &file);
  if (status.ok()) *result = std::make_unique<RocksdbFile>(name, std::move(file), *this);
  return status;
}

IOStatus RocksdbFiles::NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions&,
                                           std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                           rocksdb::IODebugContext*) {
  std::unique_ptr<RandomAccessFile> file;
  IOStatus status = open(name, &file);
  if (!status.ok()) return status;
  try {
    // No checksum guards a footer: one that says that blocks have none would keep RocksDB from
    // verifying them, and it may end the process over what is in them.
    const auto listed = listed_.find(name_of(name));
    if (listed != listed_.end()) {
      read_listed_sst(*file, listed->second.file, listed->second.family);
    } else if (name.ends_with(".sst")) {
      read_sst_tail(*file);
    }
  } catch (const Error&) {
    return failed(name);
  }
  *result = std::make_unique<RocksdbFile>(name, std::move(file), *this);
  return IOStatus::OK();
}

IOStatus RocksdbFiles::FileExists(const std::string& name, const rocksdb::IOOptions&,
                                  rocksdb::IODebugContext*) {
  const bool exists = replaced_.contains(name_of(name)) || find(name) != nullptr;
  return exists ? IOStatus::OK() : IOStatus::NotFound(name);
}

IOStatus RocksdbFiles::GetChildren(const std::string&, const rocksdb::IOOptions&,
                                   std::vector<std::string>* result, rocksdb::IODebugContext*) {
  result->clear();
  for (const auto& [name, handle] : files_) result->push_back(name);
  for (const auto& [name, bytes] : replaced_) {
    if (!files_.contains(name)) result->push_back(name);
  }
  return IOStatus::OK();
}

IOStatus RocksdbFiles::GetFileSize(const std::string& name, const rocksdb::IOOptions&,
                                   std::uint64_t* size, rocksdb::IODebugContext*) {
  std::unique_ptr<RandomAccessFile> file;
  IOStatus status = open(name, &file);
  if (status.ok()) *size = file->size();
  return status;
}

IOStatus RocksdbFiles::GetFileModificationTime(const std::string&, const rocksdb::IOOptions&,
                                               std::uint64_t* time, rocksdb::IODebugContext*) {
  *time = 0;
  return IOStatus::OK();
}

IOStatus RocksdbFiles::GetAbsolutePath(const std::string& path, const rocksdb::IOOptions&,
                                       std::string* result, rocksdb::IODebugContext*) {
  *result = path;
  return IOStatus::OK();
}

IOStatus RocksdbFiles::IsDirectory(const std::string& path, const rocksdb::IOOptions&, bool* result,
                                   rocksdb::IODebugContext*) {
  *result = path == kFolder;
  return IOStatus::OK();
}

}  // namespace savvy
