#include "writers/raw_keyed_writer.h"

#include <cassert>

#include "writers/detail/keyed_handle.h"
#include "writers/detail/section_output.h"

namespace savvy {
namespace {

constexpr std::int64_t kNeverStarted = -1;  // written to disk, never change

}  // namespace

RawKeyedWriter::RawKeyedWriter(OutputFolder& folder, std::string_view file_name,
                               KeyGroupRange range, KeyedCode code)
    : folder_(folder),
      file_name_(file_name),
      range_(range),
      code_(code),
      offsets_(static_cast<std::size_t>(range.count), kNeverStarted) {}

void RawKeyedWriter::begin_key_group(std::int32_t key_group) {
  assert(range_.contains(key_group));
  if (file_ == nullptr) file_ = folder_.create(file_name_);
  std::int64_t& offset = offsets_[static_cast<std::size_t>(key_group - range_.first)];
  assert(offset == kNeverStarted);
  offset = static_cast<std::int64_t>(file_->size());
}

void RawKeyedWriter::append(Bytes bytes) { file_->append(bytes); }

void RawKeyedWriter::copy_stored(const RandomAccessFile& from, Stretch stretch) {
  copy_stretch(from, stretch, *file_);
}

KeyedHandle RawKeyedWriter::finish() {
  if (file_ == nullptr) return {};
  return Boxed(finish_key_groups(*file_, code_, range_, std::move(offsets_)));
}

}  // namespace savvy
