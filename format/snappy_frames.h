// Writes the snappy framing format into a file: the other direction of snappy_source.h.
//
// Bytes   stream identifier, then chunks of at most 64 KiB plain bytes, each type 0 if that saves
//         15 % or more, else type 1 (plain), with its checksum
// Values  same bytes in, same bytes out, for one version of the snappy library
// Errors  those of the file
// Lives   the file outlives the writer; nothing is flushed by the destructor
// Source  snappy-java SnappyFramedOutputStream, as Flink's SnappyStreamCompressionDecorator uses it

#pragma once

#include <cstdint>

#include "format/output.h"

namespace savvy {

class SnappyFrames {
 public:
  explicit SnappyFrames(OutputFile& file) : file_(file) {}

  // Starts a stream here.
  void begin_stream();
  void append(Bytes plain);
  // Ends the chunk that is being filled: what follows starts a new one.
  void flush();
  // A plain chunk of its own, which may be replaced later; returns where it is. At most 64 KiB.
  std::uint64_t append_chunk(Bytes plain);
  // Replaces the bytes of such a chunk by as many others.
  void patch_chunk(std::uint64_t offset, Bytes plain);

 private:
  OutputFile& file_;
  ByteVector pending_;  // plain bytes of the chunk that is being filled
  ByteVector chunk_;
};

}  // namespace savvy
