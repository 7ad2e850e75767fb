// The plain bytes of a section into a file, through snappy if its stream is compressed.
//
// Lives   the file outlives it; end() is called, the destructor writes nothing

#pragma once

#include <cstdint>

#include "format/compression.h"
#include "format/output.h"
#include "format/section_bounds.h"
#include "format/snappy_frames.h"

namespace savvy {

class SectionOutput {
 public:
  SectionOutput(OutputFile& file, Compression compression)
      : file_(file), frames_(file), compression_(compression) {}

  void begin();
  void append(Bytes plain);
  void end();

  // Bytes that are only known later: returns where they are, for patch(). They take a chunk of
  // their own where the section is compressed.
  std::uint64_t append_patchable(Bytes plain);
  void patch(std::uint64_t place, Bytes plain);

 private:
  OutputFile& file_;
  SnappyFrames frames_;
  Compression compression_;
};

inline Compression compression_of(bool flag) {
  return flag ? Compression::kSnappy : Compression::kNone;
}

// Copies stored bytes as they are.
void copy_stretch(const RandomAccessFile& from, Stretch stretch, OutputFile& to);

}  // namespace savvy
