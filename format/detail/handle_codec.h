// Private to format: the codecs of the handles inside _metadata, one .cc file a kind of handle.
//
// Bytes   state_handles.h names the codes; the field order is that of the decode functions
// Errors  FormatError: unknown codes, values that Flink refuses while it reads, null where it must
//         not be, nesting deeper than kMaxNesting (Flink has no limit and overflows its stack)

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/byte_reader.h"
#include "format/byte_writer.h"
#include "format/metadata.h"
#include "format/state_handles.h"

namespace savvy::detail {

// Which fields a file has.
struct Layout {
  std::int32_t version;
  MetadataDialect dialect;

  bool has_coordinators_and_channels() const { return version >= 3; }
  bool has_properties() const { return version >= kFirstVersionWithProperties; }
  bool has_names() const { return version >= 5; }
  bool has_channel_codes() const { return version >= 6; }
  // Flink 1.11 knew no finished tasks; version 2 neither.
  bool has_finished_marks() const { return version >= 3 && dialect != MetadataDialect::kFlink111; }
  bool has_final_changelog() const { return dialect != MetadataDialect::kFlink114; }
  bool has_channel_subtask() const { return dialect != MetadataDialect::kFlink111; }
};

// How deep handles may nest in handles: far more than Flink ever writes, and no danger to the
// stack.
constexpr int kMaxNesting = 32;

enum class ChannelList { kInput, kResult };

// A null handle is possible.
StreamHandle decode_stream_handle(ByteReader& in, const Layout& layout, int nesting);
// A null handle is an error.
StreamHandle decode_delegate(ByteReader& in, const Layout& layout, int nesting);
void encode_stream_handle(const StreamHandle& handle, ByteWriter& out);

// With the flag in front; empty if that is 0.
Boxed<OperatorHandle> decode_optional_operator_handle(ByteReader& in, const Layout& layout);
void encode_optional_operator_handle(const Boxed<OperatorHandle>& handle, ByteWriter& out);

// A null handle is possible.
KeyedHandle decode_keyed_handle(ByteReader& in, const Layout& layout, int nesting = 0);
void encode_keyed_handle(const KeyedHandle& handle, const Layout& layout, ByteWriter& out);

ChannelHandle decode_channel_handle(ByteReader& in, const Layout& layout, ChannelList list,
                                    std::int32_t subtask_index);
void encode_channel_handle(const ChannelHandle& handle, const Layout& layout, ChannelList list,
                           ByteWriter& out);

OperatorState decode_operator_state(ByteReader& in, const Layout& layout);
void encode_operator_state(const OperatorState& state, const Layout& layout, ByteWriter& out);

// Parts that several kinds of handle share.

// i32 first | i32 count. With a `min_bytes_each` the count must fit what is left.
KeyGroupRange decode_range(ByteReader& in, std::size_t min_bytes_each = 0);
void encode_range(const KeyGroupRange& range, ByteWriter& out);
std::vector<std::int64_t> decode_offsets(ByteReader& in, std::size_t count);
void encode_offsets(const std::vector<std::int64_t>& offsets, ByteWriter& out);

// A path that Flink can turn into its Path.
std::string decode_path(ByteReader& in, std::string_view field);

// A file size: -1 stands for unknown, less is refused.
std::int64_t decode_file_size(ByteReader& in);

void check_nesting(const ByteReader& in, int nesting);
[[noreturn]] void fail_unknown_code(const ByteReader& in, std::uint64_t at, std::string_view kind,
                                    int code, std::string_view known);

// An i32 count and that many elements, each read by decode_one(index). Nothing of an element is kept
// in a window behind it.
template <typename T, typename DecodeOne>
std::vector<T> decode_list(ByteReader& in, std::size_t min_bytes_each, std::string_view count_field,
                           DecodeOne decode_one) {
  const std::size_t count = in.count(min_bytes_each, count_field);
  std::vector<T> list;
  // Enough for elements as they really are, without trusting a count of the smallest possible ones.
  list.reserve(std::min(count, static_cast<std::size_t>(in.remaining()) / (sizeof(T) / 4 + 1) + 1));
  for (std::size_t i = 0; i < count; ++i) {
    in.begin_entry();
    list.push_back(decode_one(i));
  }
  return list;
}

}  // namespace savvy::detail
