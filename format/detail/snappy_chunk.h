// One chunk of the snappy framing format, shared by what reads and what writes it.
//
// Bytes   u8 type | u24 length of what follows (little-endian) | u32 masked CRC-32C of the plain
//         bytes (little-endian) | data
// Source  snappy-java SnappyFramedOutputStream

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "format/bytes.h"

namespace savvy::snappy_chunk {

// Written to disk by the framing format, never change.
inline constexpr std::array<std::uint8_t, 10> kIdentifier = {0xFF, 0x06, 0x00, 0x00, 0x73,
                                                             0x4E, 0x61, 0x50, 0x70, 0x59};
inline constexpr std::uint8_t kCompressed = 0x00;
inline constexpr std::uint8_t kPlain = 0x01;
inline constexpr std::uint8_t kFirstSkippable = 0x80;
inline constexpr std::uint8_t kStreamIdentifier = 0xFF;
inline constexpr std::size_t kHeaderBytes = 4;
inline constexpr std::size_t kChecksumBytes = 4;
inline constexpr std::size_t kMaxPlainBytes = 65536;

// Appends a chunk that holds `plain`, at most kMaxPlainBytes, as it is.
void append_plain(Bytes plain, ByteVector& out);
// Appends a chunk that holds `plain`, compressed where that is worth it.
void append_smaller(Bytes plain, ByteVector& out);

}  // namespace savvy::snappy_chunk
