// The two names this code base uses for raw bytes: a borrowed view and an owned buffer.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace savvy {

using Bytes = std::span<const std::uint8_t>;
using ByteVector = std::vector<std::uint8_t>;

}  // namespace savvy
