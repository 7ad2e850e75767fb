// What one logged change of keyed state does, and which state a description in the log announces.
//
// Bytes   description  u8 8 | i32 format of the description | state (state_meta.h)
//                      [KEY_VALUE: u8 ttl [Java stream] | u8 has default [default value]]
//                      | i16 state id | u8 state type code
//         data         u8 operation | i16 state id | [KEY_VALUE: key | namespace] | payload
// Values  state ids are those of the descriptions in front; a change becomes steps that set, extend
//         or remove entries in the encoding of keyed_entry.h
// Errors  FormatError for bytes that break this. Where a type cannot be walked the change becomes
//         one step that keeps it whole
// Lives   steps own what they hold
// Source  StateChangeOperation, AbstractStateChangeLogger, ChangelogBackendLogApplier and the
//         classes *StateChangeApplier

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/byte_reader.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"

namespace savvy {

// Written to disk, never change.
enum class ChangeOperation : std::uint8_t {
  kClear = 0,
  kSet = 1,
  kSetInternal = 2,
  kAdd = 3,
  kMergeNamespaces = 4,
  kAddElement = 5,
  kAddOrUpdateElement = 6,
  kRemoveElement = 7,
  kMetadata = 8,
};

// The operation of the change at the cursor, which does not move.
ChangeOperation peek_change_operation(ByteReader& in);

// What of a description is found without understanding its serializers.
struct AnnouncementOutline {
  std::string name;
  bool is_queue = false;
  std::int16_t state_id = 0;
};

AnnouncementOutline decode_announcement_outline(ByteReader in);

struct StateAnnouncement {
  StateMeta state;
  std::int16_t state_id = 0;
};

// `in` holds one change of operation kMetadata and nothing else.
StateAnnouncement decode_state_announcement(ByteReader& in, const SerializerRegistry& registry);

struct DataChangeHead {
  ChangeOperation operation = ChangeOperation::kClear;
  std::int16_t state_id = 0;
};

DataChangeHead decode_data_change_head(ByteReader& in);

// A change with the place it was read from, for errors.
struct LoggedChange {
  Bytes bytes;
  std::string_view file;
  std::uint64_t offset = 0;
};

enum class StepKind : std::uint8_t {
  kPut,       // the entry has this value now
  kAppend,    // these elements, joined, go behind those of the list
  kRemove,    // the entry is gone
  kClearMap,  // all entries of the map are gone; the composite key is that of the map
  kMerge,     // namespaces are merged; the composite key ends with the key, the value is a merge
  kKeep,      // the change as it is: it cannot be taken apart
};

struct ChangeStep {
  StepKind kind = StepKind::kPut;
  EntryIssue issue = EntryIssue::kNone;  // of the value that is put or appended
  ByteVector composite_key;
  ByteVector value;
};

// The steps of a data change, in order.
std::vector<ChangeStep> cut_change(const KeyedStateSchema& state, const LoggedChange& change,
                                   std::int32_t key_group, int prefix_bytes);

// The one step of a change that is not to be taken apart.
ChangeStep keep_change(const LoggedChange& change);

// The value of a step that merges: composite keys of the target and of the sources.
struct NamespaceMerge {
  ByteVector target;
  std::vector<ByteVector> sources;
};
ByteVector encode_namespace_merge(const NamespaceMerge& merge);
NamespaceMerge decode_namespace_merge(Bytes bytes);

}  // namespace savvy
