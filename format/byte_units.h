// Powers of two that sizes of buffers and budgets are given in: 64 * kKiB.

#pragma once

#include <cstdint>

namespace savvy {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;

}  // namespace savvy
