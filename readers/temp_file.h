// A file without a name for what does not fit in memory; gone with the object or the process.
//
// Values  it has no name where the file system can do that, so that nothing is left of a process
//         that is killed; elsewhere it loses its name at once
// Errors  IoError (writing) when it cannot be created, grow or be read back

#pragma once

#include <cstdint>
#include <string>

#include "format/storage.h"

namespace savvy {

class TempFile final : public RandomAccessFile {
 public:
  // In `directory`, or where TMPDIR or the system says if that is empty.
  explicit TempFile(const std::string& directory);
  ~TempFile() override;
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  void append(Bytes bytes);

  std::string_view name() const override { return path_; }
  std::uint64_t size() const override { return size_; }
  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace savvy
