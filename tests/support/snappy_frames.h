// Streams in the snappy framing format, built chunk by chunk.

#pragma once

#include <isa-l/crc.h>
#include <snappy.h>

#include <algorithm>
#include <string>

#include "format/bytes.h"
#include "tests/support/hex.h"

namespace savvy::testing {

inline constexpr std::string_view kSnappyIdentifier = "ff060000734e61507059";

enum class ChunkKind : std::uint8_t { kPacked = 0, kPlain = 1 };

inline ByteVector operator+(ByteVector left, const ByteVector& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline ByteVector little_endian_bytes(std::uint32_t value, int count) {
  ByteVector bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return bytes;
}

// A chunk of any type around a body as it is.
inline ByteVector raw_chunk(std::uint8_t type, const ByteVector& body) {
  return ByteVector{type} + little_endian_bytes(static_cast<std::uint32_t>(body.size()), 3) + body;
}

inline ByteVector chunk(ChunkKind kind, ByteVector plain) {
  const std::uint32_t crc = ~crc32_iscsi(plain.data(), static_cast<int>(plain.size()), 0xFFFFFFFFU);
  const std::uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
  ByteVector body = little_endian_bytes(masked, 4);
  if (kind == ChunkKind::kPlain) return raw_chunk(1, body + plain);
  std::string packed;
  snappy::Compress(reinterpret_cast<const char*>(plain.data()), plain.size(), &packed);
  return raw_chunk(0, body + ByteVector(packed.begin(), packed.end()));
}

// A whole stream, in chunks of at most `chunk_bytes`.
inline ByteVector framed(const ByteVector& plain, ChunkKind kind = ChunkKind::kPacked,
                         std::size_t chunk_bytes = 65536) {
  ByteVector stream = from_hex(kSnappyIdentifier);
  for (std::size_t i = 0; i < plain.size(); i += chunk_bytes) {
    const auto begin = plain.begin() + static_cast<std::ptrdiff_t>(i);
    const auto size = static_cast<std::ptrdiff_t>(std::min(chunk_bytes, plain.size() - i));
    stream = std::move(stream) + chunk(kind, {begin, begin + size});
  }
  return stream;
}

}  // namespace savvy::testing
