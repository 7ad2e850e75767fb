// The hub: one keyed entry, in the encoding that the canonical savepoint and RocksDB share.
//
// Bytes   composite key = key group (1 or 2 bytes) | key [length] | namespace [length] [| map key];
//         of a timer: key group | timestamp with flipped sign | key | namespace.
//         value = the value; a list's elements joined by ","; of a map entry u8 null flag | value;
//         of a timer nothing
// Lives   the spans belong to the source and are valid until its next call
// Source  SerializedCompositeKeyBuilder, ListDelimitedSerializer, RocksDBMapState

#pragma once

#include <cstddef>
#include <cstdint>

#include "format/bytes.h"

namespace savvy {

// Why the value of an entry is bytes, where it is not the type's fault alone. Only a change log has
// such entries.
enum class EntryIssue : std::uint8_t {
  kNone,
  kUnmergedValues,   // values one behind another that only the job's function can merge into one
  kUncutList,        // parts of a list as they were logged, whose elements cannot be told apart
  kUnappliedChange,  // one logged change, which a type that cannot be walked keeps from being
                     // applied; the composite key is empty, or the part of it that is known
};

struct KeyedEntry {
  std::size_t state = 0;  // index into the states of the stream's meta block
  std::int32_t key_group = 0;
  Bytes composite_key;
  Bytes value;
  // The heap layout has no lengths: behind a value that cannot be walked nothing can be told apart.
  // Then `value` is the rest of the key group, from the entry of `state` that has this value on,
  // and there is no key; or, inside a map, from the map's entry on, and `composite_key` is that of
  // the map.
  bool undivided = false;
  EntryIssue issue = EntryIssue::kNone;
};

// A stream of entries, key group by key group, each group state by state.
class KeyedEntrySource {
 public:
  virtual ~KeyedEntrySource() = default;
  // Moves to the next entry; false at the end.
  virtual bool next(KeyedEntry& entry) = 0;
};

// Whether the bytes given to a key group end with it, or may go on (the last group that a handle
// lists: its stream can hold further groups that belong to another handle).
enum class SectionEnd { kExact, kAtMost };

}  // namespace savvy
