// XXH3 of 64 bits, with the default secret and seed 0: the checksum of RocksDB's blocks since 7.0,
// which Flink 2.x has.
//
// Source  the XXH3 specification of xxHash 0.8

#pragma once

#include <cstdint>

#include "format/bytes.h"

namespace savvy {

std::uint64_t xxh3(Bytes bytes);

}  // namespace savvy
