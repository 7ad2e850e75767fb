#include "format/snappy_source.h"

#include <fmt/format.h>
#include <snappy.h>

#include <algorithm>
#include <array>

#include "format/byte_units.h"
#include "format/detail/crc32c.h"
#include "format/detail/little_endian.h"
#include "format/detail/snappy_chunk.h"
#include "format/errors.h"

namespace savvy {
namespace {

using namespace snappy_chunk;

// A snappy copy of three bytes yields at most 64.
constexpr std::uint64_t kMaxRatio = 22;
constexpr std::size_t kWindowBytes = 256 * kKiB;

const char* as_chars(Bytes bytes) { return reinterpret_cast<const char*>(bytes.data()); }

}  // namespace

SnappySource::SnappySource(const RandomAccessFile& file, std::uint64_t offset, std::uint64_t length,
                           SnappyStart start)
    : file_(file),
      start_(offset),
      position_(offset),
      end_(offset + length),
      identified_(start == SnappyStart::kMidStream),
      note_(fmt::format("of the snappy stream that starts at offset {:#x}", offset)) {}

std::uint64_t SnappySource::unread_bytes() const {
  // A broken chunk still counts: whoever wants its bytes is to be told that it is broken.
  const std::uint64_t read_up_to = problem_.empty() ? position_ : problem_offset_;
  return pending_.size() + (end_ - read_up_to) * kMaxRatio;
}

Bytes SnappySource::extend(Bytes kept, std::size_t wanted) {
  const std::size_t aim = std::max({wanted, kept.size() * 2, kept.size() + kWindowBytes});
  while (kept.size() + pending_.size() < aim && read_chunk()) {
  }
  if (kept.size() + pending_.size() < wanted && !problem_.empty()) {
    throw CompressionError(problem_, problem_offset_);
  }
  const std::span<std::uint8_t> window = buffers_.next(kept, kept.size() + pending_.size());
  std::copy(pending_.begin(), pending_.end(),
            window.begin() + static_cast<std::ptrdiff_t>(kept.size()));
  pending_.clear();
  return window;
}

bool SnappySource::read_chunk() {
  if (position_ == end_ || !problem_.empty()) return false;
  const std::uint64_t chunk = position_;
  std::array<std::uint8_t, kHeaderBytes> header;
  if (end_ - position_ < header.size()) return broken(chunk, "a chunk header is cut off");
  file_.read_at(position_, header);
  const std::size_t length = little_endian(Bytes(header).subspan(1));
  if (length > end_ - position_ - header.size()) {
    return broken(chunk, fmt::format("a chunk of {} bytes cannot fit in the {} bytes left", length,
                                     end_ - position_ - header.size()));
  }
  body_.resize(length);
  file_.read_at(position_ + header.size(), body_);
  position_ += header.size() + length;
  if (header[0] == kStreamIdentifier) {
    identified_ = std::equal(kIdentifier.begin() + kHeaderBytes, kIdentifier.end(), body_.begin(),
                             body_.end());
    return identified_ || broken(chunk, "the stream identifier is not \"sNaPpY\"");
  }
  if (!identified_) {
    return broken(chunk, "the stream identifier FF 06 00 00 \"sNaPpY\" is missing");
  }
  return unpack(header[0], body_, chunk);
}

bool SnappySource::unpack(std::uint8_t type, Bytes body, std::uint64_t chunk) {
  if (type >= kFirstSkippable) return true;
  if (type != kCompressed && type != kPlain) {
    return broken(chunk, fmt::format("unknown chunk type {:#04x}", type));
  }
  if (body.size() < kChecksumBytes) {
    return broken(chunk, "a data chunk has no room for its checksum");
  }
  const auto stored = static_cast<std::uint32_t>(little_endian(body.first(kChecksumBytes)));
  const Bytes data = body.subspan(kChecksumBytes);
  std::size_t plain_size = data.size();
  if (type == kCompressed &&
      !snappy::GetUncompressedLength(as_chars(data), data.size(), &plain_size)) {
    return broken(chunk, "the length of a snappy block cannot be read");
  }
  if (plain_size > kMaxPlainBytes) {
    return broken(chunk,
                  fmt::format("a chunk of {} plain bytes exceeds {}", plain_size, kMaxPlainBytes));
  }
  const std::size_t before = pending_.size();
  pending_.resize(before + plain_size);
  std::uint8_t* plain = pending_.data() + before;
  if (type == kPlain) {
    std::copy(data.begin(), data.end(), plain);
  } else if (!snappy::RawUncompress(as_chars(data), data.size(), reinterpret_cast<char*>(plain))) {
    pending_.resize(before);
    return broken(chunk, "a snappy block is corrupt");
  }
  const std::uint32_t computed = masked_crc32c({plain, plain_size});
  if (computed == stored) return true;
  pending_.resize(before);
  return broken(
      chunk, fmt::format("checksum {:#010x} does not match the data ({:#010x})", stored, computed));
}

bool SnappySource::broken(std::uint64_t offset, const std::string& what) {
  problem_offset_ = offset;
  problem_ = fmt::format(
      "{}: offset {:#x}: {}\n  while reading the snappy stream that starts at offset {:#x}",
      file_.name(), offset, what, start_);
  return false;
}

}  // namespace savvy
