#include "format/snappy_frames.h"

#include <algorithm>

#include "format/detail/snappy_chunk.h"

namespace savvy {

using namespace snappy_chunk;

void SnappyFrames::begin_stream() {
  flush();
  file_.append(kIdentifier);
}

void SnappyFrames::append(Bytes plain) {
  while (!plain.empty()) {
    const std::size_t room = std::min(plain.size(), kMaxPlainBytes - pending_.size());
    const Bytes part = plain.first(room);
    pending_.insert(pending_.end(), part.begin(), part.end());
    plain = plain.subspan(room);
    if (pending_.size() == kMaxPlainBytes) flush();
  }
}

void SnappyFrames::flush() {
  if (pending_.empty()) return;
  chunk_.clear();
  append_smaller(pending_, chunk_);
  file_.append(chunk_);
  pending_.clear();
}

std::uint64_t SnappyFrames::append_chunk(Bytes plain) {
  flush();
  const std::uint64_t offset = file_.size();
  chunk_.clear();
  append_plain(plain, chunk_);
  file_.append(chunk_);
  return offset;
}

void SnappyFrames::patch_chunk(std::uint64_t offset, Bytes plain) {
  chunk_.clear();
  append_plain(plain, chunk_);
  file_.patch(offset, chunk_);
}

}  // namespace savvy
