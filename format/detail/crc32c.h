// CRC-32C (the iSCSI polynomial), rotated and shifted: snappy's frames and RocksDB's files keep it
// in this form, so that a checksum of bytes that hold checksums stays sound.

#pragma once

#include <cstdint>

#include "format/bytes.h"

namespace savvy {

std::uint32_t masked_crc32c(Bytes bytes);

// Of `first` and the bytes behind it, together.
std::uint32_t masked_crc32c(Bytes first, Bytes second);

}  // namespace savvy
