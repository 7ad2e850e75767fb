// A new snapshot on the local disk, which appears whole or not at all.
//
// Bytes   everything is written to DST.inprogress; the metadata last, as _metadata.part. Until
//         commit() nothing there is named _metadata, so Flink finds no snapshot; commit() renames
//         first the file, then the folder, and syncs each step
// Values  a run that is killed leaves DST.inprogress behind, which looks unfinished and is refused
//         by the next run; any other end without commit() removes it
// Errors  UnsupportedError: DST or DST.inprogress exists. IoError (writing), also if somebody removes
//         or moves DST.inprogress meanwhile: what has its name then is neither used nor removed.
//         InterruptedError: the flag given to the constructor is set
// Lives   the flag outlives the folder, the folder its files
// Threads different files may be written at once; the folder is committed by one thread
// Source  AbstractFsCheckpointStorageAccess.METADATA_FILE_NAME

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "format/output.h"

namespace savvy {

class OpenFolder;

class LocalSnapshotFolder final : public OutputFolder {
 public:
  // The folder that will hold the snapshot; the one it lies in exists. `interrupted` may be null.
  explicit LocalSnapshotFolder(std::string_view destination,
                               const std::atomic<bool>* interrupted = nullptr);
  ~LocalSnapshotFolder() override;
  LocalSnapshotFolder(const LocalSnapshotFolder&) = delete;
  LocalSnapshotFolder& operator=(const LocalSnapshotFolder&) = delete;

  std::unique_ptr<OutputFile> create(std::string_view name) override;
  std::unique_ptr<RandomAccessFile> open(std::string_view name) const override;
  void rename(std::string_view from, std::string_view to) override;
  void remove(std::string_view name) override;

  // All other files are finished. Returns the file's path, to verify the snapshot with.
  std::string write_metadata(Bytes metadata);
  // Gives the snapshot its name.
  void commit();

  const std::string& destination() const { return destination_; }
  // Where the files are until commit().
  const std::string& work_folder() const { return work_folder_; }

 private:
  std::string path_of(std::string_view name) const;
  bool is_ours() const;
  void require_in_place() const;

  std::string destination_;
  std::string work_folder_;
  std::unique_ptr<const OpenFolder> parent_;
  std::unique_ptr<const OpenFolder> work_;
  const std::atomic<bool>* interrupted_;
  bool removed_by_destructor_ = true;
};

// Metadata alone, which appears in a folder of files that were put there by others.
//
// Bytes   it is written as _metadata.part and renamed by commit(). A folder that is not there is
//         made; without commit() nothing that was made is left
// Errors  UnsupportedError: the folder holds a _metadata or _metadata.part. IoError (writing).
//         InterruptedError, as above
class LocalMetadataFile {
 public:
  explicit LocalMetadataFile(std::string_view folder,
                             const std::atomic<bool>* interrupted = nullptr);
  ~LocalMetadataFile();
  LocalMetadataFile(const LocalMetadataFile&) = delete;
  LocalMetadataFile& operator=(const LocalMetadataFile&) = delete;

  // Returns the file's path, to verify it with.
  std::string write(Bytes metadata);
  void commit();

 private:
  std::string folder_;
  const std::atomic<bool>* interrupted_;
  bool made_folder_ = false;
  bool removed_by_destructor_ = false;  // the file
};

// Throws if a metadata file in `folder` would be refused for what is there.
void require_free_for_metadata(std::string_view folder);

// Throws if a snapshot at `destination` would be refused for what is there.
void require_free_name(std::string_view destination);

// Gives a finished file its name, in place of what has it, and makes that outlive a crash. `from` is
// emptied by the rename: another run may have a file of that name from then on.
void rename_and_sync(std::string& from, const std::string& to);

// Bytes that can still be written where a snapshot at `destination` would lie; as many as there can
// be where that is not known.
std::uint64_t free_bytes(std::string_view destination);

}  // namespace savvy
