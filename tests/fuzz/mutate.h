// What the mutators share: each changes inputs in its own way, and now and then as libFuzzer does.

#pragma once

#include <algorithm>

#include "tests/fuzz/fuzz.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace savvy::testing {

// Puts a changed input in the place of the old one; returns its size, zero if it has no room.
inline std::size_t put_mutated(const ByteVector& mutated, std::uint8_t* data,
                               std::size_t max_size) {
  if (mutated.size() > max_size) return 0;
  std::copy(mutated.begin(), mutated.end(), data);
  return mutated.size();
}

}  // namespace savvy::testing
