#include "readers/channel_buffers.h"

#include <fmt/format.h>

#include <array>

#include "format/byte_reader.h"
#include "format/errors.h"

namespace savvy {
namespace {

bool holds_data(const ChannelOffsets& channel, const RandomAccessFile& file) {
  std::array<std::uint8_t, 4> bytes;
  for (const std::int64_t offset : channel.offsets) {
    const auto at = static_cast<std::uint64_t>(offset);
    if (offset < 0 || at > file.size() || file.size() - at < bytes.size()) {
      throw FormatError(fmt::format(
          "{}: the handle's offset {} of a channel lies outside the {} bytes of the file",
          file.name(), offset, file.size()));
    }
    file.read_at(at, bytes);
    ByteReader in(bytes, file.name(), at);
    const std::int32_t length = in.i32("length of a channel buffer");
    if (length < 0) in.fail_at(at, fmt::format("length of a channel buffer = {}", length));
    if (length > 0) return true;
  }
  return false;
}

}  // namespace

bool holds_data(const Snapshot& snapshot, const ChannelHandle& handle) {
  if (const auto* plain = std::get_if<PlainChannelHandle>(&handle)) {
    return holds_data(plain->channel, *snapshot.open(plain->delegate));
  }
  const auto& merged = std::get<MergedChannelHandle>(handle);
  const auto file = snapshot.open(merged.delegate);
  for (const ChannelOffsets& channel : decode_packed_channels(merged, snapshot.metadata_path())) {
    if (holds_data(channel, *file)) return true;
  }
  return false;
}

}  // namespace savvy
