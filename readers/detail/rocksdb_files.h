// The files of an incremental handle as RocksDB sees them: one folder, read only, with each stream
// under its local name, wherever it lies.
//
// Errors  what goes wrong while RocksDB reads is kept, for rethrow_error(): RocksDB itself knows
//         status codes only
// Source  rocksdb::FileSystem; IncrementalRemoteKeyedStateHandle, RocksDBStateDownloader

#pragma once

#include <rocksdb/file_system.h>

#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "format/bytes.h"
#include "format/rocksdb_manifest.h"
#include "format/state_handles.h"
#include "readers/snapshot.h"

namespace savvy {

class RocksdbFiles final : public rocksdb::FileSystem {
 public:
  // The name of the one folder there is.
  static constexpr const char* kFolder = "/rocksdb";

  // Both outlive this object.
  RocksdbFiles(const Snapshot& snapshot, const IncrementalHandle& handle);

  // Stands in for a file of the handle, or is one more.
  void put(const std::string& name, ByteVector bytes) { replaced_[name] = std::move(bytes); }

  // SST files that are opened must be those that the MANIFEST lists.
  void expect(const RocksdbManifest& manifest);

  // Throws the first error that was met, if there is one.
  void rethrow_error() const;
  // Before another try.
  void forget_error();
  // `text` with the names of local files as the places they lie at.
  std::string with_places(std::string text) const;

  const char* Name() const override { return "SavvySnapshot"; }
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions&,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext*) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions&,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext*) override;
  rocksdb::IOStatus FileExists(const std::string& name, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetChildren(const std::string& folder, const rocksdb::IOOptions&,
                                std::vector<std::string>* result,
                                rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetFileSize(const std::string& name, const rocksdb::IOOptions&,
                                std::uint64_t* size, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetFileModificationTime(const std::string&, const rocksdb::IOOptions&,
                                            std::uint64_t* time, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus GetAbsolutePath(const std::string& path, const rocksdb::IOOptions&,
                                    std::string* result, rocksdb::IODebugContext*) override;
  rocksdb::IOStatus IsDirectory(const std::string& path, const rocksdb::IOOptions&, bool* result,
                                rocksdb::IODebugContext*) override;

  // Nothing is written, whatever RocksDB asks for.
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSWritableFile>*,
                                    rocksdb::IODebugContext*) override {
    return refused(name);
  }
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions&,
                                 std::unique_ptr<rocksdb::FSDirectory>*,
                                 rocksdb::IODebugContext*) override {
    return refused(name);
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override {
    return refused(name);
  }
  rocksdb::IOStatus CreateDir(const std::string& name, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override {
    return refused(name);
  }
  rocksdb::IOStatus CreateDirIfMissing(const std::string& name, const rocksdb::IOOptions&,
                                       rocksdb::IODebugContext*) override {
    return refused(name);
  }
  rocksdb::IOStatus DeleteDir(const std::string& name, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override {
    return refused(name);
  }
  rocksdb::IOStatus RenameFile(const std::string& name, const std::string&,
                               const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return refused(name);
  }
  rocksdb::IOStatus LockFile(const std::string& name, const rocksdb::IOOptions&,
                             rocksdb::FileLock**, rocksdb::IODebugContext*) override {
    return refused(name);
  }
  rocksdb::IOStatus UnlockFile(rocksdb::FileLock*, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override {
    return refused("lock");
  }
  rocksdb::IOStatus GetTestDirectory(const rocksdb::IOOptions&, std::string*,
                                     rocksdb::IODebugContext*) override {
    return refused("test folder");
  }

 private:
  static rocksdb::IOStatus refused(const std::string& what) {
    return rocksdb::IOStatus::NotSupported("snapshots are read only", what);
  }
  static std::string name_of(const std::string& path);
  const StreamHandle* find(const std::string& path) const;
  rocksdb::IOStatus open(const std::string& name, std::unique_ptr<RandomAccessFile>* file);
  rocksdb::IOStatus failed(const std::string& name);

  friend class RocksdbFile;

  const Snapshot& snapshot_;
  std::map<std::string, const StreamHandle*> files_;  // by local name
  std::map<std::string, ByteVector> replaced_;
  struct ListedSst {
    std::string family;
    SstFile file;
  };
  std::map<std::string, ListedSst> listed_;  // by local name
  mutable std::mutex mutex_;                 // guards the error
  std::exception_ptr error_;
};

}  // namespace savvy
