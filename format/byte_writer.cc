#include "format/byte_writer.h"

#include <fmt/format.h>

#include <limits>

#include "format/errors.h"
#include "format/modified_utf8.h"

namespace savvy {

void ByteWriter::u16(std::uint16_t value) { store(__builtin_bswap16(value)); }

void ByteWriter::i32(std::int32_t value) {
  store(__builtin_bswap32(static_cast<std::uint32_t>(value)));
}

void ByteWriter::i64(std::int64_t value) {
  store(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}

void ByteWriter::utf(std::string_view text) {
  const std::size_t start = buffer_.size();
  u16(0);
  encode_modified_utf8(text, buffer_);
  const std::size_t size = buffer_.size() - start - sizeof(std::uint16_t);
  if (size > std::numeric_limits<std::uint16_t>::max()) {
    buffer_.resize(start);
    throw UnsupportedError(
        fmt::format("a string of {} bytes is too long for Java's writeUTF (65535 at most): {}...",
                    size, text.substr(0, 60)));
  }
  buffer_[start] = static_cast<std::uint8_t>(size >> 8);
  buffer_[start + 1] = static_cast<std::uint8_t>(size);
}

void ByteWriter::blob(Bytes bytes) {
  count(bytes.size());
  raw(bytes);
}

void ByteWriter::count(std::size_t value) {
  if (value > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw UnsupportedError(fmt::format("{} elements or bytes do not fit a 32-bit count", value));
  }
  i32(static_cast<std::int32_t>(value));
}

}  // namespace savvy
