#include "format/detail/snappy_chunk.h"

#include <snappy.h>

#include <algorithm>

#include "format/detail/crc32c.h"

namespace savvy::snappy_chunk {
namespace {

// SnappyFramedOutputStream.DEFAULT_MIN_COMPRESSION_RATIO: a chunk stays plain above it.
constexpr double kWorthwhileRatio = 0.85;

void put_little_endian(std::uint32_t value, std::size_t byte_count, std::uint8_t* at) {
  for (std::size_t i = 0; i < byte_count; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// Fills in what stands in front of the `data_bytes` that end `out`.
void put_head(std::uint8_t type, std::size_t data_bytes, Bytes plain, ByteVector& out) {
  std::uint8_t* head = out.data() + (out.size() - data_bytes - kHeaderBytes - kChecksumBytes);
  head[0] = type;
  put_little_endian(static_cast<std::uint32_t>(kChecksumBytes + data_bytes), 3, head + 1);
  put_little_endian(masked_crc32c(plain), kChecksumBytes, head + kHeaderBytes);
}

}  // namespace

void append_plain(Bytes plain, ByteVector& out) {
  out.resize(out.size() + kHeaderBytes + kChecksumBytes);
  out.insert(out.end(), plain.begin(), plain.end());
  put_head(kPlain, plain.size(), plain, out);
}

void append_smaller(Bytes plain, ByteVector& out) {
  const std::size_t start = out.size();
  const std::size_t data = start + kHeaderBytes + kChecksumBytes;
  out.resize(data + snappy::MaxCompressedLength(plain.size()));
  std::size_t size = 0;
  snappy::RawCompress(reinterpret_cast<const char*>(plain.data()), plain.size(),
                      reinterpret_cast<char*>(out.data() + data), &size);
  if (static_cast<double>(size) > kWorthwhileRatio * static_cast<double>(plain.size())) {
    out.resize(start);
    return append_plain(plain, out);
  }
  out.resize(data + size);
  put_head(kCompressed, size, plain, out);
}

}  // namespace savvy::snappy_chunk
