// Inputs made of parts, for parsers whose input has checksums, lengths and places of other bytes in
// it: an entry builds these around the parts, so that what is mutated reaches what lies behind them.
//
// Bytes   n x (u8 kind | u16 size | content); what is cut off counts as far as it goes

#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "format/bytes.h"

namespace savvy::testing {

struct Part {
  std::uint8_t kind = 0;
  ByteVector content;
};

inline constexpr std::size_t kPartHeadBytes = 3;
inline constexpr std::size_t kMaxPartBytes = 0xFFFF;

inline std::vector<Part> split_parts(Bytes input) {
  std::vector<Part> parts;
  while (input.size() >= kPartHeadBytes) {
    const std::size_t wanted = static_cast<std::size_t>(input[1]) << 8 | input[2];
    const std::size_t size = std::min(wanted, input.size() - kPartHeadBytes);
    const Bytes content = input.subspan(kPartHeadBytes, size);
    parts.push_back({input[0], {content.begin(), content.end()}});
    input = input.subspan(kPartHeadBytes + size);
  }
  return parts;
}

inline void append_part(std::uint8_t kind, Bytes content, ByteVector& input) {
  const Bytes kept = content.first(std::min(content.size(), kMaxPartBytes));
  input.push_back(kind);
  input.push_back(static_cast<std::uint8_t>(kept.size() >> 8));
  input.push_back(static_cast<std::uint8_t>(kept.size()));
  input.insert(input.end(), kept.begin(), kept.end());
}

// Where the parts of an input begin; nothing if it has none. Each entry with parts defines it, for
// mutate_parts.cc.
std::optional<std::size_t> parts_start(Bytes input);

}  // namespace savvy::testing
