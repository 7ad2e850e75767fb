// A part of a file as a file of its own: one state inside a merged file.
//
// Values  start and size as the segment handle says; positions count from the start
// Errors  FormatError if the segment does not lie inside the file
// Source  SegmentFileStateHandle, FsSegmentDataInputStream

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "format/state_handles.h"
#include "format/storage.h"

namespace savvy {

// How many of the segment's bytes a file of `file_bytes` holds.
std::uint64_t segment_bytes_in_file(const SegmentHandle& segment, std::uint64_t file_bytes);

class SegmentFile final : public RandomAccessFile {
 public:
  SegmentFile(std::unique_ptr<RandomAccessFile> file, const SegmentHandle& segment);

  std::string_view name() const override { return name_; }
  std::uint64_t size() const override { return size_; }
  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override;

 private:
  std::unique_ptr<RandomAccessFile> file_;
  std::string name_;
  std::uint64_t start_;
  std::uint64_t size_;
};

}  // namespace savvy
