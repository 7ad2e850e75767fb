#include "redistribute/rehash.h"

#include <fmt/format.h>

#include <utility>

#include "format/byte_reader.h"
#include "format/composite_key.h"
#include "format/errors.h"
#include "format/key_groups.h"

namespace savvy {

void require_hashable(const std::vector<KeyedStateSchema>& states, std::string_view where) {
  for (const KeyedStateSchema& state : states) {
    if (state.key->walkable() && java_hash_of(*state.key)) continue;
    throw UnsupportedError(fmt::format(
        "{}: state \"{}\": the max parallelism cannot change: the hashCode of its keys ({}) cannot "
        "be computed from their bytes",
        where, state.name, state.key->describe().name));
  }
}

RehashedSource::RehashedSource(KeyedEntrySource& source, std::vector<KeyedStateSchema> states,
                               MaxParallelismChange change, std::string where)
    : source_(source),
      states_(std::move(states)),
      change_(change),
      old_prefix_bytes_(key_group_prefix_bytes(change.old_max)),
      new_prefix_bytes_(key_group_prefix_bytes(change.new_max)),
      where_(std::move(where)) {
  require_hashable(states_, where_);
  for (const KeyedStateSchema& state : states_) hashes_.push_back(java_hash_of(*state.key));
}

std::int32_t RehashedSource::hash_of_key(const KeyedEntry& entry) const {
  const KeyedStateSchema& state = states_[entry.state];
  const CompositeKey key = cut_composite_key(state, entry.composite_key, old_prefix_bytes_, where_);
  ByteReader in(key.key, where_);
  const std::int32_t hash = hashes_[entry.state](in);
  // A key that stands with its namespace, which could not be told apart, goes on.
  if (key.cut) in.expect_end("a key");
  const std::int32_t expected = key_group_of_hash(hash, change_.old_max);
  if (key.key_group == expected && entry.key_group == expected) return hash;
  const std::int32_t found = key.key_group == expected ? entry.key_group : key.key_group;
  throw UnsupportedError(fmt::format(
      "{}: state \"{}\": a key of type {} is in key group {}, its hashCode {} says {} "
      "of {}: the max parallelism cannot change, because the rule that placed the keys "
      "is not known",
      where_, state.name, state.key->describe().name, found, hash, expected, change_.old_max));
}

bool RehashedSource::next(KeyedEntry& entry) {
  if (!source_.next(entry)) return false;
  if (entry.undivided) {
    throw UnsupportedError(
        fmt::format("{}: state \"{}\": the max parallelism cannot change: the entries of key group "
                    "{} cannot be told apart",
                    where_, states_[entry.state].name, entry.key_group));
  }
  entry.key_group = key_group_of_hash(hash_of_key(entry), change_.new_max);
  const Bytes rest = entry.composite_key.subspan(static_cast<std::size_t>(old_prefix_bytes_));
  composite_key_.clear();
  append_key_group(entry.key_group, new_prefix_bytes_, composite_key_);
  composite_key_.insert(composite_key_.end(), rest.begin(), rest.end());
  entry.composite_key = composite_key_;
  return true;
}

}  // namespace savvy
