#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "format/detail/flink_path.h"
#include "format/detail/handle_codec.h"

namespace savvy::detail {
namespace {

// Written to disk, never change.
enum StreamCode : std::uint8_t {
  kNull = 0,
  kByteStream = 1,
  kFile = 2,
  kNestedKeyGroups = 3,
  kRelativeFile = 6,
  kSegment = 15,
  kEmptySegment = 16,
};

ByteStreamHandle decode_byte_stream(ByteReader& in) {
  ByteStreamHandle handle;
  handle.name = in.utf("byte stream name");
  const Bytes data = in.blob("byte stream data");
  handle.data.assign(data.begin(), data.end());
  return handle;
}

void encode(const ByteStreamHandle& handle, ByteWriter& out) {
  out.u8(kByteStream);
  out.utf(handle.name);
  out.blob(handle.data);
}

FileHandle decode_file(ByteReader& in) {
  FileHandle handle;
  handle.size_bytes = decode_file_size(in);
  handle.path = decode_path(in, "file path");
  return handle;
}

void encode(const FileHandle& handle, ByteWriter& out) {
  out.u8(kFile);
  out.i64(handle.size_bytes);
  out.utf(handle.path);
}

RelativeFileHandle decode_relative_file(ByteReader& in) {
  RelativeFileHandle handle;
  const std::uint64_t start = in.offset();
  handle.path = in.utf("relative file path");
  if (const char* reason = why_bad_relative_path(handle.path)) {
    in.fail_at(start, fmt::format("relative file path {:?} {}", handle.path, reason));
  }
  handle.size_bytes = decode_file_size(in);
  return handle;
}

void encode(const RelativeFileHandle& handle, ByteWriter& out) {
  out.u8(kRelativeFile);
  out.utf(handle.path);
  out.i64(handle.size_bytes);
}

SegmentHandle decode_segment(ByteReader& in) {
  SegmentHandle handle;
  handle.start = in.i64("segment start");
  handle.size_bytes = in.i64("segment size");
  const std::uint64_t scope_at = in.offset();
  const std::int32_t scope = in.i32("segment scope");
  if (scope != 0 && scope != 1) {
    in.fail_at(scope_at,
               fmt::format("segment scope = {} is neither 0 (exclusive) nor 1 (shared)", scope));
  }
  handle.scope = static_cast<SegmentScope>(scope);
  handle.path = decode_path(in, "segment path");
  handle.logical_file_id = in.utf("logical file id");
  return handle;
}

void encode(const SegmentHandle& handle, ByteWriter& out) {
  out.u8(kSegment);
  out.i64(handle.start);
  out.i64(handle.size_bytes);
  out.i32(static_cast<std::int32_t>(handle.scope));
  out.utf(handle.path);
  out.utf(handle.logical_file_id);
}

NestedKeyGroupsHandle decode_nested_key_groups(ByteReader& in, const Layout& layout, int nesting) {
  check_nesting(in, nesting);
  Within place(in, "nested key groups");
  NestedKeyGroupsHandle handle;
  handle.range = decode_range(in, sizeof(std::int64_t));
  handle.offsets = decode_offsets(in, static_cast<std::size_t>(handle.range.count));
  handle.delegate = decode_delegate(in, layout, nesting + 1);
  return handle;
}

void encode(const NestedKeyGroupsHandle& handle, ByteWriter& out) {
  out.u8(kNestedKeyGroups);
  encode_range(handle.range, out);
  encode_offsets(handle.offsets, out);
  encode_stream_handle(handle.delegate, out);
}

void encode(const EmptySegmentHandle&, ByteWriter& out) { out.u8(kEmptySegment); }
void encode(std::monostate, ByteWriter& out) { out.u8(kNull); }

template <typename T>
void encode(const Boxed<T>& handle, ByteWriter& out) {
  encode(*handle, out);
}

bool is_range(const KeyGroupRange& range) {
  using Limits = std::numeric_limits<std::int32_t>;
  // Flink reads a range without groups as 0+0, whatever its first group; INT_MIN overflows.
  if (range.count == 0) return range.first != Limits::min();
  return range.count > 0 && range.first >= 0 && range.first <= Limits::max() - range.count;
}

bool is_known(std::uint8_t code, const Layout& layout) {
  // The dialects are those of one release: a later code shows that the guess was wrong.
  return layout.dialect == MetadataDialect::kCurrent || code <= kRelativeFile;
}

}  // namespace

StreamHandle decode_stream_handle(ByteReader& in, const Layout& layout, int nesting) {
  const std::uint64_t start = in.offset();
  const std::uint8_t code = in.u8("stream handle code");
  if (is_known(code, layout)) {
    switch (code) {
      case kNull:
        return std::monostate();
      case kByteStream:
        return decode_byte_stream(in);
      case kFile:
        return decode_file(in);
      case kNestedKeyGroups:
        return Boxed(decode_nested_key_groups(in, layout, nesting));
      case kRelativeFile:
        return decode_relative_file(in);
      case kSegment:
        return Boxed(decode_segment(in));
      case kEmptySegment:
        return EmptySegmentHandle();
      default:
        break;
    }
  }
  fail_unknown_code(in, start, "stream handle", code, "0, 1, 2, 3, 6, 15 and 16");
}

StreamHandle decode_delegate(ByteReader& in, const Layout& layout, int nesting) {
  const std::uint64_t start = in.offset();
  StreamHandle handle = decode_stream_handle(in, layout, nesting);
  if (is_null(handle)) in.fail_at(start, "stream handle is null (code 0) where Flink needs one");
  return handle;
}

void encode_stream_handle(const StreamHandle& handle, ByteWriter& out) {
  std::visit([&out](const auto& h) { encode(h, out); }, handle);
}

KeyGroupRange decode_range(ByteReader& in, std::size_t min_bytes_each) {
  const std::uint64_t start = in.offset();
  KeyGroupRange range;
  range.first = in.i32("first key group");
  if (min_bytes_each > 0) {
    range.count = static_cast<std::int32_t>(in.count(min_bytes_each, "key group count"));
  } else {
    range.count = in.i32("key group count");
  }
  if (!is_range(range)) {
    in.fail_at(start,
               fmt::format("{} key groups from {} on are not a range", range.count, range.first));
  }
  return range;
}

void encode_range(const KeyGroupRange& range, ByteWriter& out) {
  out.i32(range.first);
  out.i32(range.count);
}

std::vector<std::int64_t> decode_offsets(ByteReader& in, std::size_t count) {
  const Bytes stored = in.take(count * sizeof(std::int64_t), "offsets");
  std::vector<std::int64_t> offsets(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t bits;
    std::memcpy(&bits, stored.data() + i * sizeof bits, sizeof bits);
    offsets[i] = static_cast<std::int64_t>(__builtin_bswap64(bits));
  }
  return offsets;
}

void encode_offsets(const std::vector<std::int64_t>& offsets, ByteWriter& out) {
  for (const std::int64_t offset : offsets) out.i64(offset);
}

std::string decode_path(ByteReader& in, std::string_view field) {
  const std::uint64_t start = in.offset();
  std::string path = in.utf(field);
  if (const char* reason = why_bad_path(path)) {
    in.fail_at(start, fmt::format("{} {:?} {}", field, path, reason));
  }
  return path;
}

std::int64_t decode_file_size(ByteReader& in) {
  const std::uint64_t start = in.offset();
  const std::int64_t size = in.i64("file size");
  if (size < kUnknownSize) {
    in.fail_at(start, fmt::format("file size = {} is less than -1 (unknown)", size));
  }
  return size;
}

void check_nesting(const ByteReader& in, int nesting) {
  if (nesting < kMaxNesting) return;
  in.fail(fmt::format("state handles nest deeper than {} levels", kMaxNesting));
}

void fail_unknown_code(const ByteReader& in, std::uint64_t at, std::string_view kind, int code,
                       std::string_view known) {
  in.fail_at(at, fmt::format("{} code = {} is unknown ({} are known)", kind, code, known));
}

}  // namespace savvy::detail
