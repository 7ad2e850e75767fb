// A stretch of a file as a byte reader, plain or through snappy, with all that must live meanwhile.

#pragma once

#include <cstdint>
#include <memory>

#include "format/byte_reader.h"
#include "format/compression.h"
#include "format/file_source.h"
#include "format/section_bounds.h"
#include "format/snappy_source.h"

namespace savvy {

class SectionReader {
 public:
  SectionReader(const RandomAccessFile& file, Stretch stretch, Compression compression,
                SnappyStart start = SnappyStart::kIdentifier)
      : source_(make_source(file, stretch, compression, start)), in_(*source_) {}

  ByteReader& in() { return in_; }

  // Everything that is left, contiguous; valid until the reader is gone.
  Bytes take_to_end();

 private:
  static std::unique_ptr<ByteSource> make_source(const RandomAccessFile& file, Stretch stretch,
                                                 Compression compression, SnappyStart start);

  std::unique_ptr<ByteSource> source_;
  ByteReader in_;
};

}  // namespace savvy
