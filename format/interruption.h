// Whether the user has asked long work to end.
//
// Errors  InterruptedError if so

#pragma once

#include <atomic>

#include "format/errors.h"

namespace savvy {

// `interrupted` may be null: then nobody asks.
inline void check_interrupt(const std::atomic<bool>* interrupted) {
  if (interrupted == nullptr || !*interrupted) return;
  throw InterruptedError("interrupted: nothing was written");
}

}  // namespace savvy
