// MurmurHash3 x64 128 with seed 0, of bytes that come in pieces.
//
// Values  the same hash whatever the pieces; ids that Flink or RocksDB would draw at random are
//         derived from it, so that equal content gives equal snapshots
// Source  MurmurHash3_x64_128; Guava's Hashing.murmur3_128, which Flink uses for operator ids

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "format/bytes.h"

namespace savvy {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  bool operator==(const Hash128&) const = default;
};

class Hash128Stream {
 public:
  void add(Bytes bytes);
  // The hash of all that was added so far.
  Hash128 finish() const;

 private:
  void mix_block(const std::uint8_t* block);

  std::uint64_t h1_ = 0;
  std::uint64_t h2_ = 0;
  std::uint64_t size_ = 0;
  std::array<std::uint8_t, 16> pending_{};  // its first size_ % 16 bytes are not mixed in yet
};

Hash128 hash_of(Bytes bytes);

}  // namespace savvy
