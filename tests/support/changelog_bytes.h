// Changes of keyed state in hex, for types of test_types.h; state ids are 0, 1, ... in order.

#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "tests/support/hex.h"
#include "tests/support/meta_bytes.h"
#include "tests/support/snappy_frames.h"

namespace savvy::testing {

inline std::string state_id_hex(int id) {
  return fmt::format("{:04x}", static_cast<std::uint16_t>(id));
}

// Descriptions: without TTL configuration and default value.
inline std::string announce_value_hex(int id, std::string_view name, std::string_view kind,
                                      std::string_view value) {
  return "08 00000007" + value_state_hex(name, kind, value) + "00 00" + state_id_hex(id) + "00";
}
inline std::string announce_timers_hex(int id, std::string_view name, std::string_view types) {
  return "08 00000007" + timer_state_hex(name, types) + state_id_hex(id) + "03";
}

struct GroupChanges {
  int key_group = 0;
  std::vector<std::string> changes;  // in hex
};

inline std::string change_set_hex(const std::vector<GroupChanges>& groups) {
  std::string hex = fmt::format("{:08x}", groups.size());
  for (const GroupChanges& group : groups) {
    hex += fmt::format("{:08x}{:08x}", group.changes.size(),
                       static_cast<std::uint32_t>(group.key_group));
    for (const std::string& change : group.changes) {
      const ByteVector bytes = from_hex(change);
      hex += fmt::format("{:08x}", bytes.size()) + to_hex_text(bytes);
    }
  }
  return hex;
}

}  // namespace savvy::testing
