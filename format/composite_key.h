// The composite key of an entry, put together and taken apart.
//
// Bytes   see keyed_entry.h. A length counts the bytes of the part before it: least significant
//         byte first, no leading zeros, at least one byte. Lengths stand there only if key and
//         namespace are both of variable length
// Errors  FormatError where the parts do not add up; UnsupportedError where a part cannot be
//         delimited
// Source  SerializedCompositeKeyBuilder, CompositeKeySerializationUtils, TimerSerializer

#pragma once

#include <cstdint>
#include <string_view>

#include "format/bytes.h"
#include "format/keyed_schema.h"

namespace savvy {

struct CompositeKey {
  std::int32_t key_group = 0;
  std::int64_t timestamp = 0;  // timers only, ms
  Bytes key;
  Bytes name_space;
  Bytes user_key;  // map states only
  // False where the key (or namespace, or a map's key before its end) cannot be walked: then `key`
  // holds all that could not be told apart.
  bool cut = true;
};

// Takes a composite key apart. `file` names the snapshot's file in errors, `offset` is where the key
// lies in it.
CompositeKey cut_composite_key(const KeyedStateSchema& state, Bytes composite_key, int prefix_bytes,
                               std::string_view file, std::uint64_t offset = 0);

// Appends the number of a key group as it stands in front of a composite key.
void append_key_group(std::int32_t key_group, int prefix_bytes, ByteVector& out);

// Appends the length that follows a part of variable length.
void append_part_length(std::size_t length, ByteVector& out);

}  // namespace savvy
