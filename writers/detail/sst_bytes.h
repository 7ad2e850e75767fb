// The bytes of an SST file on their way from RocksDB to the file they go to. RocksDB stamps each
// file with a session id drawn at random; seal() replaces it by one derived from the content.
//
// Values  a session id is 20 digits of base 36. RocksDB 7 and above finds blocks in its cache by
//         it, so it must differ where the content does
// Errors  append() keeps an error for rethrow_error(), since RocksDB knows status codes only
// Source  RocksDB's SstFileWriter, EncodeSessionId, OffsetableCacheKey

#pragma once

#include <exception>

#include "format/hash128.h"
#include "format/output.h"
#include "format/storage.h"

namespace savvy {

class SstBytes final : public RandomAccessFile {
 public:
  explicit SstBytes(OutputFile& out) : out_(out) {}

  enum class Outcome { kDone, kFailed };
  Outcome append(Bytes bytes);
  void rethrow_error() const;

  // After the last append(): gives the file its session id. Returns the hash of the content.
  Hash128 seal();

  // Reading reaches back over the last bytes only, far enough for the properties.
  std::string_view name() const override { return out_.name(); }
  std::uint64_t size() const override { return size_; }
  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override;

 private:
  std::span<std::uint8_t> recent(std::uint64_t offset, std::uint64_t size);

  OutputFile& out_;
  std::exception_ptr error_;
  std::uint64_t size_ = 0;
  Hash128Stream hash_;  // of all but the recent bytes
  ByteVector recent_;
};

}  // namespace savvy
