// Small whole streams of keyed state, of types of test_types.h: a value, a list, a map and a timer
// state in key groups 5 and 6 of at most 128.

#pragma once

#include <string>
#include <vector>

#include "tests/support/hex.h"
#include "tests/support/meta_bytes.h"
#include "tests/support/snappy_frames.h"

namespace savvy::testing {

struct StreamBytes {
  ByteVector bytes;
  std::vector<std::int64_t> offsets;  // of key groups 5 and 6
};

enum class Packing { kPlain, kSnappy };

inline std::string keyed_head_hex(Packing packing) {
  return std::string("00000006") + (packing == Packing::kSnappy ? "01" : "00") +
         proxied_hex("Text") + "0004" + value_state_hex("value", "VALUE", "Int") +
         value_state_hex("list", "LIST", "List Ttl Text") +
         value_state_hex("map", "MAP", "Map Text Int") +
         timer_state_hex("_timer_state/event_t", "Timer Text Void");
}

// The entries of a key group (two hex digits; `last` is the same with the mark of a last key).
inline std::string canonical_group_hex(const std::string& group, const std::string& last) {
  return "0002 00000006" + group +
         "0141 00 0178 00000005 0000000001" +  // map: A -> {x: 1, y: null}
         "     00000006" + last + "0141 00 0179 00000001 01" + "0000 00000004" + group +
         "0141 00 00000004 0000000a" + "     00000004" + last + "0142 00 00000004 0000000b" +
         "0003 0000000c" + last + "80000000000003e8 0141 00 00000000" + "0001 00000004" + last +
         "0141 00 00000015 0000000000000001 0178 2c 0000000000000002 0179" + "ffff";
}

// The sections of one key group in the heap layout, each with its state id and count.
inline std::vector<std::string> heap_sections_hex() {
  return {"0002 00000001 00 0141 00000002 0178 00 00000001 0179 01",
          "0000 00000002 00 0141 0000000a 00 0142 0000000b",
          "0003 00000001 80000000000003e8 0141 00",
          "0001 00000002 00 0141 00000002 0000000000000001 0178 0000000000000002 0179"
          "              00 0142 00000000"};
}

// Chunks of seven bytes: fields and entries lie across their edges.
inline ByteVector packed(const ByteVector& plain) { return framed(plain, ChunkKind::kPlain, 7); }

inline StreamBytes canonical_stream(Packing packing) {
  StreamBytes stream{from_hex(keyed_head_hex(packing)), {}};
  for (const std::string& group :
       {canonical_group_hex("05", "85"), canonical_group_hex("06", "86")}) {
    stream.offsets.push_back(static_cast<std::int64_t>(stream.bytes.size()));
    const ByteVector plain = from_hex(group);
    stream.bytes = stream.bytes + (packing == Packing::kSnappy ? packed(plain) : plain);
  }
  return stream;
}

inline StreamBytes heap_stream(Packing packing) {
  StreamBytes stream{from_hex(keyed_head_hex(packing)), {}};
  for (const std::string group : {"00000005", "00000006"}) {
    stream.offsets.push_back(static_cast<std::int64_t>(stream.bytes.size()));
    stream.bytes = stream.bytes + from_hex(group);
    for (const std::string& section : heap_sections_hex()) {
      const ByteVector plain = from_hex(section);
      stream.bytes = stream.bytes + (packing == Packing::kSnappy ? packed(plain) : plain);
    }
  }
  return stream;
}

}  // namespace savvy::testing
