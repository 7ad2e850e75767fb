// The local file system as a Storage.
//
// Errors  IoError naming path, operation and the system's reason; opening something that is no
//         regular file, or a path with a zero byte in it, is an IoError too
// Threads a file may be read from several threads:
//         reads carry their own position

#pragma once

#include "format/errors.h"
#include "format/storage.h"

namespace savvy {

class LocalStorage final : public Storage {
 public:
  // What errors are about: reading, but for files that were just written and are read back.
  explicit LocalStorage(IoDirection direction = IoDirection::kReading) : direction_(direction) {}

  std::unique_ptr<RandomAccessFile> open(std::string_view path) const override;
  std::optional<std::uint64_t> file_size(std::string_view path) const override;

 private:
  IoDirection direction_;
};

}  // namespace savvy
