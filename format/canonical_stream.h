// The canonical layout: one key group of a savepoint (or of a RocksDB full snapshot before 1.16).
//
// Bytes   at the key group's offset, framed snappy if the meta block says so:
//         u16 state id, then entries (blob key, blob value); bit 0x80 of a key's first byte marks
//         the last entry of a state and is followed by the u16 id of the next state or FFFF
// Values  an empty key group has offset 0 and no bytes; states in any order, each at most once
// Errors  FormatError: unknown or repeated state id, empty key, an end in mid-entry, bytes left
//         over
// Lives   entries are valid until the next call
// Source  FullSnapshotAsyncWriter, FullSnapshotRestoreOperation

#pragma once

#include <cstddef>
#include <vector>

#include "format/byte_reader.h"
#include "format/keyed_entry.h"

namespace savvy {

class CanonicalKeyGroup final : public KeyedEntrySource {
 public:
  // `in` stands at the key group's first byte (plain bytes if the stream is compressed) and
  // outlives this object.
  CanonicalKeyGroup(ByteReader& in, SectionEnd section_end, std::int32_t key_group,
                    int prefix_bytes, std::size_t state_count);

  bool next(KeyedEntry& entry) override;

 private:
  void read_state_id();

  ByteReader& in_;
  SectionEnd section_end_;
  std::int32_t key_group_;
  std::size_t prefix_bytes_;
  std::vector<bool> seen_;  // by state id
  std::size_t state_ = 0;
  bool state_ended_ = true;
  bool done_ = false;
  ByteVector last_key_;  // a key whose end mark was taken off
};

}  // namespace savvy
