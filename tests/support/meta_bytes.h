// Heads of streams in hex, for types of test_types.h.

#pragma once

#include <string>
#include <string_view>

#include "format/byte_writer.h"
#include "tests/support/hex.h"

namespace savvy::testing {

inline std::string utf_hex(std::string_view text) {
  ByteWriter out;
  out.utf(text);
  return to_hex_text(out.bytes());
}

// A snapshot of a test type; of nested ones "List Int" and the like, outermost first.
inline std::string snapshot_hex(std::string_view types) {
  std::string hex;
  while (!types.empty()) {
    const std::size_t end = types.find(' ');
    hex += utf_hex(types.substr(0, end)) + "00000001";
    types = end == std::string_view::npos ? "" : types.substr(end + 1);
  }
  return hex;
}

inline std::string proxied_hex(std::string_view types) { return "00000002" + snapshot_hex(types); }

// A keyed state: KEY_VALUE with the namespace Void.
inline std::string value_state_hex(std::string_view name, std::string_view state_type,
                                   std::string_view value) {
  return utf_hex(name) + "00000000" + "00000001" + utf_hex("KEYED_STATE_TYPE") +
         utf_hex(state_type) + "00000002" + utf_hex("NAMESPACE_SERIALIZER") + proxied_hex("Void") +
         utf_hex("VALUE_SERIALIZER") + proxied_hex(value);
}

inline std::string timer_state_hex(std::string_view name, std::string_view types) {
  return utf_hex(name) + "00000003" + "00000000" + "00000001" + utf_hex("VALUE_SERIALIZER") +
         proxied_hex(types);
}

}  // namespace savvy::testing
