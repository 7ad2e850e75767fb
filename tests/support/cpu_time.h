// Processor time of this process, for bounds that only work out of all proportion exceeds.

#pragma once

#include <ctime>

namespace savvy::testing {

inline double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace savvy::testing
