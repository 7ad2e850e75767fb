// Processor time of this process, for bounds that only work out of all proportion exceeds.

#pragma once

#include <ctime>

namespace savvy::testing {

// Tables of ThreadSanitizer take time and memory in a proportion of their own.
#ifdef __SANITIZE_THREAD__
inline constexpr bool kCostIsOurs = false;
#else
inline constexpr bool kCostIsOurs = true;
#endif

inline double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace savvy::testing
