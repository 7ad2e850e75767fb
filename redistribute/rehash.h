// Entries of keyed state with the key groups of another max parallelism.
//
// A key group is the hashCode of the key, mixed, modulo the max parallelism. The hash is computed
// from the key's bytes, and the stored key group of every entry is compared with what it should be:
// a rule that does not hold for the snapshot shows there, and nothing is guessed.
//
// Bytes   the number of the key group in front of the composite key changes, and its width where
//         the max parallelism passes 128; all else stays
// Values  entries come in the order of the source, no longer by key group
// Errors  UnsupportedError: a key whose stored key group is another than its hash says, an undivided
//         entry, a key type without a computable hash. FormatError: a damaged composite key
// Lives   the source outlives the decorator; entries are valid until the next call
// Source  KeyGroupRangeAssignment, CompositeKeySerializationUtils

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/bytes.h"
#include "format/java_hash.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"

namespace savvy {

// Throws if the keys of one of the states have no hash that their bytes tell; `where` names the
// operator. Reads no entry.
void require_hashable(const std::vector<KeyedStateSchema>& states, std::string_view where);

struct MaxParallelismChange {
  std::int32_t old_max = 0;
  std::int32_t new_max = 0;
};

class RehashedSource final : public KeyedEntrySource {
 public:
  // `states` are those of the source, by state id; they have passed require_hashable().
  RehashedSource(KeyedEntrySource& source, std::vector<KeyedStateSchema> states,
                 MaxParallelismChange change, std::string where);

  bool next(KeyedEntry& entry) override;

 private:
  std::int32_t hash_of_key(const KeyedEntry& entry) const;

  KeyedEntrySource& source_;
  std::vector<KeyedStateSchema> states_;
  std::vector<JavaHash> hashes_;  // by state id
  MaxParallelismChange change_;
  int old_prefix_bytes_;
  int new_prefix_bytes_;
  std::string where_;
  ByteVector composite_key_;
};

}  // namespace savvy
