// A stretch of a file as a ByteSource: read through a window of a few hundred KiB.
//
// Errors  IoError from the file; a stretch that ends beyond the file is the caller's to refuse
// Lives   the file outlives the source

#pragma once

#include <cstdint>

#include "format/byte_source.h"
#include "format/storage.h"
#include "format/window_buffers.h"

namespace savvy {

class FileSource final : public ByteSource {
 public:
  FileSource(const RandomAccessFile& file, std::uint64_t offset, std::uint64_t length)
      : file_(file), start_(offset), position_(offset), end_(offset + length) {}

  Bytes extend(Bytes kept, std::size_t wanted) override;
  std::uint64_t unread_bytes() const override { return end_ - position_; }
  void release() override { buffers_.release(); }
  std::string_view file() const override { return file_.name(); }
  std::uint64_t start_offset() const override { return start_; }

 private:
  const RandomAccessFile& file_;
  std::uint64_t start_;
  std::uint64_t position_;
  std::uint64_t end_;
  WindowBuffers buffers_;
};

}  // namespace savvy
