// Whether a keyed entry is what its state's schema says, in the encoding of keyed_entry.h.
//
// Values  the key lies in the key group of its hash, where that can be told from its bytes; every
//         part is walked by its type and used up. What no type can walk is passed over
// Errors  none: what is wrong is a finding. SV203, SV204, SV209, SV210, and SV222 for what the
//         layout does not let anybody delimit
// Threads several threads may check entries at the same time
// Lives   the states outlive the check
// Source  KeyGroupRangeAssignment, SerializedCompositeKeyBuilder, RocksDBMapState,
//         ListDelimitedSerializer

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "format/java_hash.h"
#include "format/keyed_schema.h"
#include "readers/check/finding_report.h"

namespace savvy {

// What is known of an operator's keys beside their types.
struct KeySpace {
  std::int32_t max_parallelism = 0;
  // Row.hashCode is another one before Flink 1.13, and metadata tells no release before version 4.
  bool row_hash_known = true;
};

// The hash of a key type that can be told from its bytes; empty if none can.
JavaHash key_hash_of(const Type& key, const KeySpace& keys);

// How many bytes a value takes if any bytes of that number are one: then there is nothing to walk.
std::optional<std::size_t> plain_bytes_of(const Type& type);

// An entry as a stream holds it, with the place of its bytes.
struct StoredEntry {
  std::size_t state = 0;
  Bytes key;
  std::uint64_t key_offset = 0;
  Bytes value;
  std::uint64_t value_offset = 0;
};

// The key group that the hash of the last map's key names: all entries of a map have its key. One for
// each thread.
struct KeyMemo {
  std::optional<std::size_t> state;
  ByteVector key;
  std::int32_t key_group = 0;
};

class EntryCheck {
 public:
  EntryCheck(const std::vector<KeyedStateSchema>& states, KeySpace keys);

  const std::vector<KeyedStateSchema>& states() const { return states_; }
  int prefix_bytes() const { return prefix_bytes_; }

  // Bit 0x80 of the key's first byte is not looked at. False for an entry that is in itself in
  // order and belongs to another key group: then it is the section that lies elsewhere.
  bool check(const StoredEntry& entry, std::int32_t key_group, std::string_view file,
             const FindingReport& report, KeyMemo& memo) const {
    return is_plain(entry, key_group) || check_parts(entry, key_group, file, report, memo);
  }

  // Of a key alone, as the heap layout has it: whether it lies in the key group of its hash.
  void check_key_group(std::size_t state, Bytes key, std::uint64_t offset, std::int32_t key_group,
                       std::string_view file, const FindingReport& report) const;

 private:
  struct State {
    JavaHash hash;
    bool is_long = false;       // the key, the most frequent one
    std::size_t plain_key = 0;  // of a composite key without its prefix; 0: it must be walked
    bool has_plain_value = false;
    std::size_t plain_value = 0;
  };

  // The common case, at the speed of the disk: nothing is wrong, and nothing needs to be walked.
  bool is_plain(const StoredEntry& entry, std::int32_t key_group) const;
  std::int32_t prefix_of(Bytes key) const;
  bool check_parts(const StoredEntry& entry, std::int32_t key_group, std::string_view file,
                   const FindingReport& report, KeyMemo& memo) const;
  bool check_key(const StoredEntry& entry, std::int32_t key_group, std::string_view file,
                 const FindingReport& report, KeyMemo& memo) const;
  std::int32_t key_group_of(std::size_t state, ByteReader& key) const;
  std::int32_t key_group_of_map(std::size_t state, Bytes key, ByteReader& in, KeyMemo& memo) const;
  bool check_groups(const StoredEntry& entry, std::optional<std::int32_t> hashed,
                    std::int32_t key_group, const FindingReport& report) const;
  void check_value(const StoredEntry& entry, std::string_view file) const;

  const std::vector<KeyedStateSchema>& states_;
  KeySpace keys_;
  int prefix_bytes_;
  std::vector<State> checks_;
};

}  // namespace savvy
