// A stretch of a file as a ByteSource: read through a window, two of which are held at most while no
// entry is larger.
//
// Errors  IoError from the file; a stretch that ends beyond the file is the caller's to refuse
// Lives   the file outlives the source

#pragma once

#include <cstddef>
#include <cstdint>

#include "format/byte_source.h"
#include "format/byte_units.h"
#include "format/storage.h"
#include "format/window_buffers.h"

namespace savvy {

class FileSource final : public ByteSource {
 public:
  static constexpr std::size_t kWindowBytes = 256 * kKiB;

  FileSource(const RandomAccessFile& file, std::uint64_t offset, std::uint64_t length,
             std::size_t window_bytes = kWindowBytes)
      : file_(file),
        start_(offset),
        position_(offset),
        end_(offset + length),
        window_bytes_(window_bytes) {}

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
  std::size_t window_bytes_;
  WindowBuffers buffers_;
};

}  // namespace savvy
