// The local file system as a Storage.
//
// Errors  IoError (reading) naming path, operation and the system's reason; opening something that
//         is no regular file is an IoError too Threads a file may be read from several threads:
//         reads carry their own position

#pragma once

#include "format/storage.h"

namespace savvy {

class LocalStorage final : public Storage {
 public:
  std::unique_ptr<RandomAccessFile> open(std::string_view path) const override;
  std::optional<std::uint64_t> file_size(std::string_view path) const override;
};

}  // namespace savvy
