// Key-group sections of both layouts: read from memory and through small windows, with one result.
//
// Bytes   u8 flags (1: key group of two bytes; 2: other groups may follow) | u8 key group | the
//         section

#pragma once

#include <string>
#include <vector>

#include "format/byte_reader.h"
#include "format/composite_key.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/entries.h"
#include "tests/support/keyed_streams.h"
#include "tests/support/small_windows.h"
#include "tests/support/test_types.h"

namespace savvy::testing {

// Value, list, map and timer states with keys of variable length; one namespace varies too.
inline const std::vector<KeyedStateSchema>& fuzz_states() {
  static const std::vector<KeyedStateSchema> states = [] {
    const ByteVector bytes = from_hex(keyed_head_hex(Packing::kPlain));
    ByteReader in(bytes, "head");
    const KeyedMetaBlock block = decode_keyed_meta_block(in, test_registry());
    std::vector<KeyedStateSchema> schemas = keyed_state_schemas(block, "head");
    KeyedStateSchema ambiguous = schemas.front();
    ambiguous.name_space = text_type();
    ambiguous.key_lengths = true;
    schemas.push_back(ambiguous);
    return schemas;
  }();
  return states;
}

struct SectionChoices {
  explicit SectionChoices(Choices& choices) {
    const std::uint8_t flags = choices.u8();
    prefix_bytes = (flags & 1) != 0 ? 2 : 1;
    end = (flags & 2) != 0 ? SectionEnd::kAtMost : SectionEnd::kExact;
    key_group = choices.u8() & 0x7F;
  }
  int prefix_bytes;
  SectionEnd end;
  std::int32_t key_group;
};

// `open(in, choices)` makes the parser of a section.
template <typename Open>
std::string walk_section(ByteReader in, const SectionChoices& choices, Open open) {
  std::string text;
  const std::string outcome = outcome_of([&] {
    auto source = open(in, choices);
    KeyedEntry entry;
    while (source.next(entry)) {
      text += entry_text(entry) + "\n";
      if (entry.composite_key.empty()) continue;
      text += outcome_of([&] {
        cut_composite_key(fuzz_states()[entry.state], entry.composite_key, choices.prefix_bytes,
                          "f");
      });
    }
  });
  return text + outcome;
}

template <typename Open>
void fuzz_section(Bytes input, Open open) {
  Choices front(input);
  const SectionChoices choices(front);
  const std::string in_memory = walk_section(ByteReader(front.rest(), "f"), choices, open);
  SmallWindows windows(front.rest());
  const std::string in_windows = walk_section(ByteReader(windows), choices, open);
  if (in_memory != in_windows) finding("windows change the result:\n" + in_memory + in_windows);
}

}  // namespace savvy::testing
