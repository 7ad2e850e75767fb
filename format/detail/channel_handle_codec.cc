#include <fmt/format.h>

#include "format/detail/handle_codec.h"
#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::size_t kMinPackedChannelBytes = 20;  // no offsets

}  // namespace

namespace detail {
namespace {

// Written to disk, never change.
enum ChannelCode : std::uint8_t {
  kPlainInput = 1,
  kPlainResult = 2,
  kMergedInput = 3,
  kMergedResult = 4,
};

ChannelCode plain_code(ChannelList list) {
  return list == ChannelList::kInput ? kPlainInput : kPlainResult;
}
ChannelCode merged_code(ChannelList list) {
  return list == ChannelList::kInput ? kMergedInput : kMergedResult;
}

PlainChannelHandle decode_plain(ByteReader& in, const Layout& layout, std::int32_t subtask_index) {
  PlainChannelHandle handle;
  handle.subtask_index = layout.has_channel_subtask() ? in.i32("subtask index") : subtask_index;
  handle.channel.first = in.i32("gate or partition index");
  handle.channel.second = in.i32("channel or subpartition index");
  handle.channel.offsets = decode_offsets(in, in.count(sizeof(std::int64_t), "offset count"));
  handle.channel.size_bytes = in.i64("channel state size");
  handle.delegate = decode_delegate(in, layout, 0);
  return handle;
}

void encode_plain(const PlainChannelHandle& handle, const Layout& layout, ByteWriter& out) {
  if (layout.has_channel_subtask()) out.i32(handle.subtask_index);
  out.i32(handle.channel.first);
  out.i32(handle.channel.second);
  out.count(handle.channel.offsets.size());
  encode_offsets(handle.channel.offsets, out);
  out.i64(handle.channel.size_bytes);
  encode_stream_handle(handle.delegate, out);
}

MergedChannelHandle decode_merged(ByteReader& in, const Layout& layout) {
  MergedChannelHandle handle;
  handle.subtask_index = in.i32("subtask index");
  handle.size_bytes = in.i64("channel state size");
  handle.delegate = decode_delegate(in, layout, 0);
  const Bytes packed = in.blob("packed channels");
  handle.packed_channels.assign(packed.begin(), packed.end());
  return handle;
}

void encode_merged(const MergedChannelHandle& handle, ByteWriter& out) {
  out.i32(handle.subtask_index);
  out.i64(handle.size_bytes);
  encode_stream_handle(handle.delegate, out);
  out.blob(handle.packed_channels);
}

}  // namespace

ChannelHandle decode_channel_handle(ByteReader& in, const Layout& layout, ChannelList list,
                                    std::int32_t subtask_index) {
  if (!layout.has_channel_codes()) return decode_plain(in, layout, subtask_index);
  const std::uint64_t start = in.offset();
  const std::uint8_t code = in.u8("channel handle code");
  if (code == plain_code(list)) return decode_plain(in, layout, subtask_index);
  if (code == merged_code(list)) return decode_merged(in, layout);
  if (list == ChannelList::kInput) {
    fail_unknown_code(in, start, "input channel handle", code, "1 and 3");
  }
  fail_unknown_code(in, start, "result channel handle", code, "2 and 4");
}

void encode_channel_handle(const ChannelHandle& handle, const Layout& layout, ChannelList list,
                           ByteWriter& out) {
  if (const auto* plain = std::get_if<PlainChannelHandle>(&handle)) {
    if (layout.has_channel_codes()) out.u8(plain_code(list));
    encode_plain(*plain, layout, out);
    return;
  }
  if (!layout.has_channel_codes()) {
    throw UnsupportedError(fmt::format(
        "merged channel state cannot be written in metadata version {}: it came with version 6",
        layout.version));
  }
  out.u8(merged_code(list));
  encode_merged(std::get<MergedChannelHandle>(handle), out);
}

}  // namespace detail

std::vector<ChannelOffsets> decode_packed_channels(const MergedChannelHandle& handle,
                                                   std::string_view file) {
  ByteReader in(handle.packed_channels, file);
  Within place(in, "packed channels of subtask", handle.subtask_index);
  auto channels = detail::decode_list<ChannelOffsets>(
      in, kMinPackedChannelBytes, "packed channel count", [&in](std::size_t) {
        ChannelOffsets channel;
        channel.first = in.i32("gate or partition index");
        channel.second = in.i32("channel or subpartition index");
        channel.size_bytes = in.i64("channel state size");
        channel.offsets =
            detail::decode_offsets(in, in.count(sizeof(std::int64_t), "offset count"));
        return channel;
      });
  in.expect_end("the packed channels");
  return channels;
}

ByteVector encode_packed_channels(const std::vector<ChannelOffsets>& channels) {
  ByteWriter out;
  out.count(channels.size());
  for (const ChannelOffsets& channel : channels) {
    out.i32(channel.first);
    out.i32(channel.second);
    out.i64(channel.size_bytes);
    out.count(channel.offsets.size());
    detail::encode_offsets(channel.offsets, out);
  }
  return out.take();
}

}  // namespace savvy
