#include "writers/detail/section_output.h"

#include <algorithm>

#include "format/byte_units.h"

namespace savvy {

void SectionOutput::begin() {
  if (compression_ == Compression::kSnappy) frames_.begin_stream();
}

void SectionOutput::append(Bytes plain) {
  if (compression_ == Compression::kSnappy) return frames_.append(plain);
  file_.append(plain);
}

void SectionOutput::end() { frames_.flush(); }

std::uint64_t SectionOutput::append_patchable(Bytes plain) {
  if (compression_ == Compression::kSnappy) return frames_.append_chunk(plain);
  const std::uint64_t place = file_.size();
  file_.append(plain);
  return place;
}

void SectionOutput::patch(std::uint64_t place, Bytes plain) {
  if (compression_ == Compression::kSnappy) return frames_.patch_chunk(place, plain);
  file_.patch(place, plain);
}

void copy_stretch(const RandomAccessFile& from, Stretch stretch, OutputFile& to) {
  constexpr std::uint64_t kStep = 256 * kKiB;
  ByteVector buffer(static_cast<std::size_t>(std::min(kStep, stretch.size_bytes)));
  while (stretch.size_bytes > 0) {
    const std::span<std::uint8_t> part =
        std::span(buffer).first(static_cast<std::size_t>(std::min(kStep, stretch.size_bytes)));
    from.read_at(stretch.offset, part);
    to.append(part);
    stretch.offset += part.size();
    stretch.size_bytes -= part.size();
  }
}

}  // namespace savvy
