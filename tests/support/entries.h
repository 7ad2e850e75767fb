// What an entry source yields, as text: "state|key group|composite key|value", with "undivided"
// behind an entry that holds the rest of a key group.

#pragma once

#include <string>
#include <vector>

#include "format/keyed_entry.h"
#include "tests/support/hex.h"

namespace savvy::testing {

inline std::string entry_text(const KeyedEntry& entry) {
  return std::to_string(entry.state) + "|" + std::to_string(entry.key_group) + "|" +
         to_hex_text(entry.composite_key) + "|" + to_hex_text(entry.value) +
         (entry.undivided ? " undivided" : "");
}

inline std::vector<std::string> all_entries(KeyedEntrySource& source) {
  std::vector<std::string> entries;
  KeyedEntry entry;
  while (source.next(entry)) entries.push_back(entry_text(entry));
  return entries;
}

}  // namespace savvy::testing
