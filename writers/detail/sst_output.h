// A new file of sorted entries (SST), written by RocksDB into an output file.
//
// Values  entries have sequence number 0; CRC-32C, so that every Flink reads them
// Errors  IoError from the output; FormatError: keys that do not ascend
// Source  RocksDB's SstFileWriter

#pragma once

#include <memory>

#include "format/hash128.h"
#include "format/output.h"
#include "format/sst_file.h"

namespace savvy {

enum class SstCompression { kNone, kSnappy };

struct SstStyle {
  int format_version = 4;
  SstCompression compression = SstCompression::kSnappy;
};

struct WrittenSst {
  SstFile file;  // without number and level
  Hash128 hash;
};

class SstOutput {
 public:
  SstOutput(std::unique_ptr<OutputFile> file, const SstStyle& style);
  ~SstOutput();

  void put(Bytes key, Bytes value);
  // Bytes so far, without what is still being put together.
  std::uint64_t size_bytes() const;
  // At least one entry was put.
  WrittenSst finish();

 private:
  struct Rocksdb;

  ByteVector first_key_;
  ByteVector last_key_;
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<Rocksdb> rocksdb_;
};

}  // namespace savvy
