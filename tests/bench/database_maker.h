// Makes the RocksDB database of one subtask the way a job does: with puts, merges and deletions that
// RocksDB flushes and compacts as it likes, and a checkpoint at the end.
//
// Source  RocksDBKeyedStateBackend, RocksDBResourceContainer (options), RocksDBListState (merges)

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "format/bytes.h"

namespace savvy::bench {

class DatabaseMaker {
 public:
  // A family a state, beside the default one. `folder` is for the database alone.
  DatabaseMaker(std::filesystem::path folder, const std::vector<std::string>& states);
  ~DatabaseMaker();

  void put(std::size_t state, Bytes key, Bytes value);
  void merge(std::size_t state, Bytes key, Bytes operand);
  void remove(std::size_t state, Bytes key);
  // Puts entries, ascending by key, into so many files one behind the other.
  void ingest(std::size_t state, const std::vector<std::pair<ByteVector, ByteVector>>& entries,
              std::size_t files);

  // The checkpoint in a new folder; the database itself goes away.
  void finish(const std::filesystem::path& checkpoint);

 private:
  struct Rocksdb;

  std::filesystem::path folder_;
  std::unique_ptr<Rocksdb> rocksdb_;
};

}  // namespace savvy::bench
