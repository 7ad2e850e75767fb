// The _metadata file: one completed checkpoint or savepoint.
//
// Bytes   i32 magic 0x4960672d | i32 version | i64 checkpoint id | master states* | operators* |
//         from version 4 on a Java object stream up to the end of the file
// Values  versions 2..6; every version and dialect is written back byte for byte
// Errors  FormatError: all that Flink refuses while it loads the file, and a few things that Flink
//         reads and nothing writes, like bytes after the end ("stricter than Flink" in
//         metadata_test.cc and state_handles_test.cc lists them). UnsupportedError: other versions,
//         and classes, UIDs and constants of the properties that are not known.
// Lives   the result owns its memory; the reader may go away
// Source  Checkpoints.loadCheckpointMetadata, MetadataV2Serializer .. MetadataV6Serializer, as of
//         2.1
//
// What Flink accepts is accepted, even where it makes no sense (two operators with one id, wrong
// key-group ranges): judging a snapshot is not the business of this file.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/byte_reader.h"
#include "format/bytes.h"
#include "format/operator_id.h"
#include "format/state_handles.h"

namespace savvy {

constexpr std::int32_t kMetadataMagic = 0x4960672D;  // written to disk, never change
constexpr std::int32_t kOldestMetadataVersion = 2;
constexpr std::int32_t kNewestMetadataVersion = 6;
constexpr std::int32_t kFirstVersionWithProperties = 4;

// Version 3 was changed twice without a new number; later Flink reads only kCurrent.
enum class MetadataDialect {
  kCurrent,
  kFlink111,  // channel handles without subtask index
  kFlink114,  // trial layout of the changelog handles (codes 8, 9, 10)
};

// What a hook of the JobManager stored.
struct MasterState {
  std::int32_t version = 0;  // of the hook's own serializer
  std::string name;          // identifies the hook
  ByteVector payload;

  bool operator==(const MasterState&) const = default;
};

struct Subtask {
  std::int32_t index = 0;
  bool finished = false;          // then nothing else is stored; versions 3 and later
  std::int64_t duration_ms = -1;  // version 2 only, dead
  Boxed<OperatorHandle> managed_operator_state;
  Boxed<OperatorHandle> raw_operator_state;
  KeyedHandle managed_keyed_state;
  KeyedHandle raw_keyed_state;
  std::vector<ChannelHandle> input_channel_state;
  std::vector<ChannelHandle> result_subpartition_state;

  bool operator==(const Subtask&) const = default;
};

struct OperatorState {
  std::string name;  // versions 5 and later; empty = not known
  std::string uid;   // versions 5 and later; empty = not known
  OperatorId id;
  std::int32_t parallelism = 0;
  std::int32_t max_parallelism = 0;  // number of key groups
  std::int32_t chain_length = 1;     // version 2 only; ignored by Flink
  std::optional<ByteStreamHandle> coordinator_state;
  // The stored subtask count of a fully finished operator, a negative number; else 0.
  std::int32_t finished_marker = 0;
  std::vector<Subtask> subtasks;  // as stored: in any order, indices may be missing or repeat

  bool fully_finished() const { return finished_marker < 0; }

  bool operator==(const OperatorState&) const = default;
};

// Those that may hold state, by index.
std::vector<const Subtask*> unfinished_subtasks(const OperatorState& op);

// What people call an operator: its uid, else its name, else its id.
std::string operator_label(const OperatorState& op);

struct Metadata {
  std::int32_t version = kNewestMetadataVersion;
  MetadataDialect dialect = MetadataDialect::kCurrent;
  std::int64_t checkpoint_id = 0;
  std::vector<MasterState> master_states;
  std::vector<OperatorState> operators;
  ByteVector properties;  // the Java object stream as stored; see checkpoint_properties.h

  bool operator==(const Metadata&) const = default;
};

// kKeep: what stands where the properties belong is kept as it is, unread; all in front of it is
// read as ever.
enum class DamagedProperties { kThrow, kKeep };

// Reads a whole file: `in` stands at its first byte and ends where the file ends. A reader through
// windows may have lost the bytes that an error is about; the error then names a later offset.
Metadata decode_metadata(ByteReader& in,
                         DamagedProperties damaged_properties = DamagedProperties::kThrow);

// Writes in the layout of metadata.version and metadata.dialect. Fields that the version lacks are
// left out if they are only informative (operator names and uids, properties); UnsupportedError if
// they are state (merged channel handles before version 6; coordinator or channel state and
// finished subtasks in version 2). Empty properties become a null object in versions 4 and later.
ByteVector encode_metadata(const Metadata& metadata);

}  // namespace savvy
