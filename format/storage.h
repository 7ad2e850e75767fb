// What reading needs of a place that holds files. The local file system stands behind it today
// (readers/local_storage.h); an object store would be another implementation.
//
// Errors  IoError (reading), naming the file and the operation Threads read_at() and size() may be
//         called from several threads at once

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "format/bytes.h"

namespace savvy {

class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  // What messages call it.
  virtual std::string_view name() const = 0;
  virtual std::uint64_t size() const = 0;
  // Fills all of `out` from `offset` on; an IoError if the file ends before.
  virtual void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
};

class Storage {
 public:
  virtual ~Storage() = default;
  virtual std::unique_ptr<RandomAccessFile> open(std::string_view path) const = 0;
  // Size of the regular file at `path`; nothing if there is none.
  virtual std::optional<std::uint64_t> file_size(std::string_view path) const = 0;
};

// Bytes that lie inline in the metadata, as a file. A view: the bytes outlive it.
class MemoryFile final : public RandomAccessFile {
 public:
  MemoryFile(std::string name, Bytes bytes) : name_(std::move(name)), bytes_(bytes) {}
  std::string_view name() const override { return name_; }
  std::uint64_t size() const override { return bytes_.size(); }
  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override;

 private:
  std::string name_;
  Bytes bytes_;
};

}  // namespace savvy
