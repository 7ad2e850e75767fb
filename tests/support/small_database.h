// A snapshot of one subtask whose database is written here by RocksDB, with the states of
// small_meta() as families, and with the means to damage it on purpose.

#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "format/rocksdb_manifest.h"
#include "format/state_handles.h"
#include "tests/support/small_snapshot.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

class SmallDatabase {
 public:
  using SetOptions = std::function<void(rocksdb::Options&)>;

  // CRC-32C and no compression, unless `set` says something else. Families of these names come on
  // top of the states.
  explicit SmallDatabase(const SetOptions& set = {}, const std::vector<std::string>& more = {});
  ~SmallDatabase();
  SmallDatabase(const SmallDatabase&) = delete;
  SmallDatabase& operator=(const SmallDatabase&) = delete;

  static std::string key(int group, int number);

  // A family counts from that of the first state.
  void put(std::size_t family, const std::string& key, const std::string& value);
  void merge(std::size_t family, const std::string& key, const std::string& value);
  void remove(std::size_t family, const std::string& key);
  // All keys of the key groups [first, end), as Flink clips.
  void remove_groups(std::size_t family, int first, int end);
  void flush(std::size_t family);
  void compact(std::size_t family, int level);

  // Makes `folder` a snapshot, with its files as private ones.
  void write_snapshot(const std::filesystem::path& folder, KeyGroupRange range);

 private:
  TempFolder folder_;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

// The one handle of such a snapshot, to be changed; what is changed is written back.
void change_handle(const std::filesystem::path& snapshot,
                   const std::function<void(IncrementalHandle&)>& change);

// Rewrites the MANIFEST at `file`, with sound checksums.
void change_manifest(const std::filesystem::path& file,
                     const std::function<void(RocksdbManifest&)>& change);

// Writes `to` over the first `from` among the properties of an SST file, and the checksum anew.
void change_properties(const std::filesystem::path& file, const std::string& from,
                       const std::string& to);

}  // namespace savvy::testing
