#include "readers/segment_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "format/errors.h"

namespace savvy {

std::uint64_t segment_bytes_in_file(const SegmentHandle& segment, std::uint64_t file_bytes) {
  if (segment.start < 0 || segment.size_bytes < 0) return 0;
  const auto start = static_cast<std::uint64_t>(segment.start);
  if (start >= file_bytes) return 0;
  return std::min(file_bytes - start, static_cast<std::uint64_t>(segment.size_bytes));
}

SegmentFile::SegmentFile(std::unique_ptr<RandomAccessFile> file, const SegmentHandle& segment)
    : file_(std::move(file)),
      name_(fmt::format("{} (segment at {:#x})", file_->name(), segment.start)),
      start_(static_cast<std::uint64_t>(segment.start)),
      size_(segment_bytes_in_file(segment, file_->size())) {
  if (segment.start < 0 || segment.size_bytes < 0 ||
      size_ != static_cast<std::uint64_t>(segment.size_bytes)) {
    throw FormatError(
        fmt::format("{}: a segment of {} bytes at {} does not lie in the {} bytes of the file",
                    file_->name(), segment.size_bytes, segment.start, file_->size()));
  }
}

void SegmentFile::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (offset > size_ || out.size() > size_ - offset) {
    throw IoError(IoDirection::kReading, name_, "read past the end", EINVAL);
  }
  file_->read_at(start_ + offset, out);
}

}  // namespace savvy
