#include "format/detail/sst_block.h"

#include <fmt/format.h>
#include <snappy.h>

#include "format/detail/crc32c.h"
#include "format/detail/little_endian.h"
#include "format/detail/xxh3.h"
#include "format/errors.h"

namespace savvy {
namespace {

// Written to disk, never change.
enum Compression : std::uint8_t { kPlain = 0, kSnappy = 1 };
constexpr std::uint32_t kLastByteFactor = 0x6B9083D9;
constexpr std::uint32_t kHasHashIndex = 0x80000000;

// More than snappy can gain: a copy of 64 bytes takes three.
constexpr std::size_t kMostGain = 64;

const char* as_chars(Bytes bytes) { return reinterpret_cast<const char*>(bytes.data()); }

}  // namespace

std::optional<std::uint32_t> sst_checksum(SstChecksum kind, Bytes block) {
  switch (kind) {
    case SstChecksum::kNone:
      return 0;
    case SstChecksum::kCrc32c:
      return masked_crc32c(block);
    case SstChecksum::kXxh3:
      return static_cast<std::uint32_t>(xxh3(block.first(block.size() - 1))) ^
             block.back() * kLastByteFactor;
    case SstChecksum::kXxHash:
    case SstChecksum::kXxHash64:
      break;
  }
  return std::nullopt;
}

void SstBlockReader::fail(SstSpan span, std::string_view what, std::string_view why) const {
  throw FormatError(fmt::format("{}: offset {:#x}: {} of {} bytes: {}", file_.name(), span.offset,
                                what, span.size, why),
                    span.offset);
}

Bytes SstBlockReader::read_stored(SstSpan span, std::string_view what) {
  const std::uint64_t end = file_.size() - kSstFooterBytes;
  if (span.offset > end || kSstTrailerBytes > end - span.offset ||
      span.size > end - span.offset - kSstTrailerBytes) {
    fail(span, what, "does not fit into the file");
  }
  stored_.resize(static_cast<std::size_t>(span.size) + kSstTrailerBytes);
  file_.read_at(span.offset, stored_);
  const Bytes covered = Bytes(stored_).first(static_cast<std::size_t>(span.size) + 1);
  verify(span, what, covered);
  return covered.first(covered.size() - 1);
}

void SstBlockReader::verify(SstSpan span, std::string_view what, Bytes covered) const {
  const std::optional<std::uint32_t> computed = sst_checksum(checksum_, covered);
  if (!computed) {
    if (unknown_ == UnknownChecksum::kAccept) return;
    throw UnsupportedError(
        fmt::format("{}: checksum type {}", file_.name(), static_cast<int>(checksum_)));
  }
  const std::uint64_t stored = little_endian(Bytes(stored_).last(4));
  if (stored != *computed) {
    fail(span, what, fmt::format("checksum {:08x}, but the block has {:08x}", stored, *computed));
  }
}

Bytes SstBlockReader::read_plain(SstSpan span, std::string_view what) {
  const Bytes data = read_stored(span, what);
  if (stored_[data.size()] != kPlain) fail(span, what, "compressed block");
  return data;
}

Bytes SstBlockReader::read(SstSpan span, std::string_view what) {
  const Bytes data = read_stored(span, what);
  switch (stored_[data.size()]) {
    case kPlain:
      return data;
    case kSnappy:
      return unpack(span, what, data);
    default:
      throw UnsupportedError(fmt::format("{}: offset {:#x}: block of compression {}", file_.name(),
                                         span.offset, stored_[data.size()]));
  }
}

Bytes SstBlockReader::unpack(SstSpan span, std::string_view what, Bytes packed) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(as_chars(packed), packed.size(), &size) ||
      size / kMostGain > packed.size()) {
    fail(span, what, "snappy data of no sensible length");
  }
  // Before memory is taken for what the block claims to hold.
  if (!snappy::IsValidCompressedBuffer(as_chars(packed), packed.size())) {
    fail(span, what, "damaged snappy data");
  }
  plain_.resize(size);
  if (!snappy::RawUncompress(as_chars(packed), packed.size(),
                             reinterpret_cast<char*>(plain_.data()))) {
    fail(span, what, "damaged snappy data");
  }
  return plain_;
}

ByteReader sst_entries(Bytes block, std::string_view file, std::uint64_t offset) {
  ByteReader all(block, file, offset);
  if (block.size() < 4) all.fail("a block without entries", 0);
  const auto packed = static_cast<std::uint32_t>(little_endian(block.last(4)));
  std::size_t tail = 4;
  if ((packed & kHasHashIndex) != 0 && block.size() >= 6) {
    tail += 2 + static_cast<std::size_t>(little_endian(block.last(6).first(2)));
  }
  const std::uint64_t restarts = packed & ~kHasHashIndex;
  if (tail > block.size() || restarts > (block.size() - tail) / 4) {
    all.fail(fmt::format("{} restart positions in a block of {} bytes", restarts, block.size()), 0);
  }
  return all.sub(block.size() - tail - static_cast<std::size_t>(restarts) * 4, "entries");
}

SstSpan read_sst_span(ByteReader& in, std::string_view field) {
  SstSpan span;
  span.offset = read_leb64(in, field);
  span.size = read_leb64(in, field);
  return span;
}

}  // namespace savvy
