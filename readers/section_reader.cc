#include "readers/section_reader.h"

#include "format/byte_units.h"

namespace savvy {

std::unique_ptr<ByteSource> SectionReader::make_source(const RandomAccessFile& file,
                                                       Stretch stretch, Compression compression,
                                                       SnappyStart start) {
  if (compression == Compression::kSnappy) {
    return std::make_unique<SnappySource>(file, stretch.offset, stretch.size_bytes, start);
  }
  return std::make_unique<FileSource>(file, stretch.offset, stretch.size_bytes);
}

Bytes SectionReader::take_to_end() {
  constexpr std::size_t kStep = 64 * kKiB;
  in_.begin_entry();
  const std::uint64_t start = in_.offset();
  while (!in_.at_end()) in_.take(in_.peek(kStep).size(), "section");
  return in_.bytes_since(start);
}

}  // namespace savvy
