// Both layouts hold each state once in a key group: of a second time readers would take the rest of
// the stream for something else.

#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "format/errors.h"

namespace savvy {

// FormatError if what was read comes twice.
inline void require_first_time(bool seen, const std::string& state, std::int32_t key_group) {
  if (!seen) return;
  throw FormatError(
      fmt::format("state \"{}\" comes twice in key group {} of what was read", state, key_group));
}

}  // namespace savvy
