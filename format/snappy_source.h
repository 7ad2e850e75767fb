// The snappy framing format as a ByteSource of plain bytes: Flink's snapshot compression.
//
// Bytes   identifier chunk FF 06 00 00 "sNaPpY", then chunks u8 type | u24 length (little-endian) |
//         u32 masked CRC-32C of the plain bytes (little-endian) | data; type 0 snappy block, 1
//         plain, FF identifier again (streams may be concatenated), 80..FE padding to be skipped
// Values  at most 65536 plain bytes a chunk. Checksums are verified (Flink itself does not)
// Errors  CompressionError with the chunk's offset in the file
// Source  snappy-java SnappyFramedOutputStream, as Flink's SnappyStreamCompressionDecorator uses it

#pragma once

#include <cstdint>
#include <string>

#include "format/byte_source.h"
#include "format/errors.h"
#include "format/storage.h"
#include "format/window_buffers.h"

namespace savvy {

// A compressed block whose frame, bytes or checksum are damaged.
class CompressionError : public FormatError {
 public:
  using FormatError::FormatError;
};

// Whether the stretch begins with a stream identifier, or in mid-stream, where one may stand.
enum class SnappyStart { kIdentifier, kMidStream };

class SnappySource final : public ByteSource {
 public:
  // The framed stretch is `length` bytes at `offset` of `file`.
  SnappySource(const RandomAccessFile& file, std::uint64_t offset, std::uint64_t length,
               SnappyStart start = SnappyStart::kIdentifier);

  Bytes extend(Bytes kept, std::size_t wanted) override;
  std::uint64_t unread_bytes() const override;
  void release() override { buffers_.release(); }
  std::string_view file() const override { return file_.name(); }
  std::string_view position_note() const override { return note_; }
  // Positions count plain bytes from the start of the stream.
  std::uint64_t start_offset() const override { return 0; }

 private:
  // Reads the next chunk; appends its plain bytes to pending_. False at the end of the stream, and
  // at a broken chunk, which problem_ then describes.
  bool read_chunk();
  bool unpack(std::uint8_t type, Bytes body, std::uint64_t chunk_offset);
  bool broken(std::uint64_t offset, const std::string& what);

  const RandomAccessFile& file_;
  std::uint64_t start_;
  std::uint64_t position_;
  std::uint64_t end_;
  bool identified_;
  // Chunks are read ahead, and what stands behind a section need not be one: an error when it is
  // needed.
  std::string problem_;
  std::uint64_t problem_offset_ = 0;
  std::string note_;
  ByteVector body_;     // the chunk as stored
  ByteVector pending_;  // plain bytes not handed out yet
  WindowBuffers buffers_;
};

}  // namespace savvy
