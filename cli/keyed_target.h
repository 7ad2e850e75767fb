// The keyed state of one new subtask, entry by entry, in any layout that is written.
//
// Errors  those of the writers; UnsupportedError, naming the state, for entries that cannot be
//         written as entries: bytes whose parts cannot be told apart, and logged changes that only
//         the job's functions can merge
// Lives   the folder outlives the target

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "format/keyed_entry.h"
#include "format/keyed_meta.h"
#include "format/output.h"
#include "format/state_handles.h"

namespace savvy {

// How keyed state is stored.
enum class StoredLayout { kCanonical, kHeap, kRocksdb };

// As users call it: "canonical", "hashmap", "rocksdb".
std::string_view to_string(StoredLayout layout);

struct KeyedPlace {
  std::string file_name;    // of the stream, or in front of the names of RocksDB's files
  std::string description;  // for errors: "operator x subtask 3"
  KeyGroupRange range;
  int prefix_bytes = 1;
  StoredLayout layout = StoredLayout::kCanonical;
  KeyedCode code = KeyedCode::kSavepointKeyGroups;  // of the handle
  std::int64_t checkpoint_id = 0;
};

// Key groups ascend, states of a key group come one after the other, and the entries of a map too;
// for RocksDB the keys of a state ascend. States are ids of the meta block given at the start.
class KeyedTarget {
 public:
  virtual ~KeyedTarget() = default;
  virtual void begin_key_group(std::int32_t key_group) = 0;
  virtual void add(const KeyedEntry& entry) = 0;
  // The handle; null if nothing is there.
  virtual KeyedHandle finish() = 0;
};

// `meta` outlives the target.
std::unique_ptr<KeyedTarget> make_keyed_target(OutputFolder& folder, const KeyedMetaBlock& meta,
                                               const KeyedPlace& place);

// Throws for an entry that is not one key with its value; `place` is for the message.
void require_whole_entry(const KeyedEntry& entry, const KeyedMetaBlock& meta,
                         const KeyedPlace& place);

}  // namespace savvy
