// Private to readers: whether one SST file is whole, and what the MANIFEST and its own properties
// say it is.
//
// Source  RocksDB's BlockBasedTable, TableProperties, FileMetaData::UpdateBoundaries

#pragma once

#include "format/finding.h"
#include "format/sst_file.h"
#include "readers/check/database_files.h"

namespace savvy {

// A file of the handle, and what the MANIFEST has of it: nothing (null) if that does not list it.
struct CheckedSst {
  const LocalFile& stored;
  const SstFile* listed = nullptr;
  std::string family;
};

class SstCheck {
 public:
  // All outlive the check.
  SstCheck(const Snapshot& snapshot, const IncrementalHandle& handle, const DatabaseFiles& files,
           FindingSink& findings)
      : snapshot_(snapshot), handle_(handle), files_(files), findings_(findings) {}

  void check(const CheckedSst& sst);

 private:
  struct Comparison;

  void check_content(const CheckedSst& sst, const RandomAccessFile& content);
  void add_damage(const CheckedSst& sst, const Error& error);
  void add_not_checked(const CheckedSst& sst, const Error& error);

  const Snapshot& snapshot_;
  const IncrementalHandle& handle_;
  const DatabaseFiles& files_;
  FindingSink& findings_;
};

}  // namespace savvy
