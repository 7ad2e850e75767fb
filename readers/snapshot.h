// An opened snapshot: its metadata, and the streams that the metadata names.
//
// Values  SNAPSHOT is a directory that holds _metadata, or the metadata file itself, of any name.
//         Relative handles resolve against the directory of the metadata as it is read
// Errors  IoError: no such file (the message names the snapshots found below, or the --map that
//         would find a moved file); FormatError and UnsupportedError from the metadata
// Lives   streams opened point into the snapshot, which outlives them
// Source  AbstractFsCheckpointStorageAccess.resolveCheckpointPointer, RelativeFileStateHandle

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "format/checkpoint_properties.h"
#include "format/hash128.h"
#include "format/metadata.h"
#include "format/storage.h"
#include "readers/path_map.h"

namespace savvy {

class Snapshot {
 public:
  // `storage` outlives the snapshot. With DamagedProperties::kKeep, properties() are those of an
  // unknown snapshot if they cannot be read.
  Snapshot(const std::string& path, PathMap paths, const Storage& storage,
           DamagedProperties damaged_properties = DamagedProperties::kThrow);

  const Metadata& metadata() const { return metadata_; }
  const CheckpointProperties& properties() const { return properties_; }
  // The file and the directory that were read.
  const std::string& metadata_path() const { return metadata_path_; }
  const std::string& directory() const { return directory_; }
  std::uint64_t metadata_bytes() const { return metadata_bytes_; }
  // Of the bytes of the metadata file.
  const Hash128& metadata_hash() const { return metadata_hash_; }
  const Storage& storage() const { return storage_; }

  // The file behind a file, relative or segment handle: a local path; nothing for inline bytes and
  // for URIs of another file system without a --map rule.
  std::optional<std::string> local_path(const StreamHandle& handle) const;

  // Bytes found behind a handle: the inline data, the file, or the segment as far as the file
  // holds it. Nothing if the file is missing.
  std::optional<std::uint64_t> found_bytes(const StreamHandle& handle) const;

  // The bytes of a stream. UnsupportedError for a null handle.
  std::unique_ptr<RandomAccessFile> open(const StreamHandle& handle) const;

 private:
  std::unique_ptr<RandomAccessFile> open_file(const std::string& uri,
                                              const std::optional<std::string>& path) const;

  PathMap paths_;
  const Storage& storage_;
  std::string metadata_path_;
  std::string directory_;
  std::uint64_t metadata_bytes_ = 0;
  Hash128 metadata_hash_;
  Metadata metadata_;
  CheckpointProperties properties_;
};

}  // namespace savvy
