// Kinds of a changelog row; the numbers are written to disk, never change.
// Source  org.apache.flink.types.RowKind

#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "format/value_sink.h"

namespace savvy {

inline constexpr std::array<std::string_view, 4> kRowKinds = {"+I", "-U", "+U", "-D"};

// An insert needs no word.
inline void emit_row_kind(std::size_t kind, ValueSink& sink) {
  if (kind == 0) return;
  sink.field("$kind");
  sink.string(kRowKinds[kind]);
}

}  // namespace savvy
