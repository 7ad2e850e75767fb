// Where the keys of --key can be: the key groups that their hashes name, and their bytes.
//
// Values  a key whose hash or bytes are not known may lie in any key group; a key that no key of a
//         state's type is printed like lies in none
// Lives   owns what it needs of the states

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/row_filter.h"
#include "format/key_encoder.h"
#include "format/keyed_schema.h"

namespace savvy {

// Row.hashCode is another one before Flink 1.13, and metadata tells no release before version 4.
enum class RowHash { kKnown, kUnknown };
RowHash row_hash_of(std::int32_t metadata_version);

class KeyTargets {
 public:
  KeyTargets(const std::vector<KeyedStateSchema>& states, const RowFilter& filter,
             std::int32_t max_parallelism, RowHash row_hash);

  // Whether any wanted key can lie in this key group.
  bool may_hold(std::int32_t key_group) const;

  // The bytes of all wanted keys that can lie in the key group, ascending; nothing if those of one
  // are not known.
  std::optional<std::vector<ByteVector>> bytes_in(std::int32_t key_group) const;

  // Whether the bytes of all keys that a state can hold are known. Then find() tells which of the
  // filter's keys these are, as the JSON would.
  bool knows_bytes(std::size_t state) const { return known_[state]; }
  std::optional<std::size_t> find(std::size_t state, Bytes key) const;

  // Whether this key (an index into those of the filter) fits the key type of any state.
  bool fits(std::size_t key) const;
  // Why this key may lie in any key group; empty if it does not.
  std::string why_anywhere(std::size_t key) const;

 private:
  struct Target {
    std::size_t state;
    std::size_t key;
    std::optional<std::int32_t> key_group;  // absent: it may be any
    std::optional<ByteVector> bytes;        // absent: they are not known
    std::string why_anywhere;
  };

  void add(const KeyedStateSchema& schema, std::size_t state, std::size_t key,
           const std::string& json, std::int32_t max_parallelism, RowHash row_hash);

  std::vector<Target> targets_;
  std::vector<bool> known_;  // by state
};

}  // namespace savvy
