// State handles: where the bytes of a piece of state are, as _metadata says it.
//
// Bytes   one code byte, then the fields of that code; the codes stand beside the types below
// Values  strings are UTF-8 as modified_utf8.h keeps it. Each type keeps all that was stored, with
//         the code where several share a type, so that a handle is written back byte for byte
// Lives   values: they own what they hold, copy and compare by content (Flink compares some by
//         name)
// Source  MetadataV2V3SerializerBase, ChannelStateHandleSerializerV1 and V2

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "format/boxed.h"
#include "format/bytes.h"
#include "format/key_group_range.h"

namespace savvy {

constexpr std::int64_t kUnknownSize = -1;

// Stream handles ---------------------------------------------------------------------------------

// Code 1: the state itself, inline. Flink identifies it by the name alone.
struct ByteStreamHandle {
  std::string name;
  ByteVector data;

  bool operator==(const ByteStreamHandle&) const = default;
};

// Code 2: a file by its absolute path, a URI without percent-encoding.
struct FileHandle {
  std::int64_t size_bytes = kUnknownSize;
  std::string path;

  bool operator==(const FileHandle&) const = default;
};

// Code 6: a file by its path relative to the directory of the metadata as it is read.
struct RelativeFileHandle {
  std::string path;
  std::int64_t size_bytes = 0;

  bool operator==(const RelativeFileHandle&) const = default;
};

// Written to disk, never change.
enum class SegmentScope : std::int32_t { kExclusive = 0, kShared = 1 };

// Code 15: a part of a merged file; positions in the state count from `start`.
struct SegmentHandle {
  std::int64_t start = 0;
  std::int64_t size_bytes = 0;
  SegmentScope scope = SegmentScope::kExclusive;
  std::string path;
  std::string logical_file_id;

  bool operator==(const SegmentHandle&) const = default;
};

// Code 16: a segment without bytes.
struct EmptySegmentHandle {
  bool operator==(const EmptySegmentHandle&) const = default;
};

// Code 3 where a stream handle stands: key groups nested in another handle.
struct NestedKeyGroupsHandle;

// Code 0 is std::monostate: legal for the meta handle of incremental state only (Flink then fails
// on restore), and for an absent coordinator state, which is an empty optional here.
using StreamHandle =
    std::variant<std::monostate, ByteStreamHandle, FileHandle, RelativeFileHandle,
                 Boxed<SegmentHandle>, EmptySegmentHandle, Boxed<NestedKeyGroupsHandle>>;

struct NestedKeyGroupsHandle {
  KeyGroupRange range;
  std::vector<std::int64_t> offsets;  // one per key group
  StreamHandle delegate;

  bool operator==(const NestedKeyGroupsHandle&) const = default;
};

// Operator handles -------------------------------------------------------------------------------

// Written to disk, never change.
enum class DistributionMode : std::int8_t { kSplit = 0, kUnion = 1, kBroadcast = 2 };

struct OperatorStateEntry {
  std::string name;
  DistributionMode mode = DistributionMode::kSplit;
  std::vector<std::int64_t> offsets;  // positions in the delegate stream, one per element

  bool operator==(const OperatorStateEntry&) const = default;
};

// What code 17 adds to code 4.
struct FileMergingDirectories {
  std::string task_owned;
  std::string shared;
  std::uint8_t empty = 0;  // a Java boolean as stored: 0 = false, anything else = true

  bool operator==(const FileMergingDirectories&) const = default;
};

// Code 4, or 17 if `directories` is there.
struct OperatorHandle {
  std::int32_t presence_flag = 1;  // stands before the code: Flink writes 1 and reads all but 0
  std::vector<OperatorStateEntry> states;
  Boxed<FileMergingDirectories> directories;
  StreamHandle delegate;

  bool operator==(const OperatorHandle&) const = default;
};

// Keyed handles ----------------------------------------------------------------------------------

// Written to disk, never change. The older code of a pair was written up to Flink 1.14 (8 and
// 10: 1.15).
enum class KeyedCode : std::uint8_t {
  kKeyGroups = 3,
  kIncremental = 5,
  kSavepointKeyGroups = 7,
  kChangelog = 8,
  kInMemoryChangelog = 9,
  kChangelogStream = 10,
  kIncrementalV2 = 11,
  kKeyGroupsV2 = 12,
  kChangelogStreamV2 = 13,
  kChangelogV2 = 14,
};

// Codes 3, 7, 12. Code 7 is always the canonical layout; 3 and 12 hold what the backend wrote.
struct KeyGroupsHandle {
  KeyedCode code = KeyedCode::kKeyGroupsV2;
  KeyGroupRange range;
  std::vector<std::int64_t>
      offsets;  // one per key group; 0 (canonical) or -1 (raw) = nothing there
  StreamHandle delegate;
  std::string handle_id;  // code 12

  bool operator==(const KeyGroupsHandle&) const = default;
};

// A file of an incremental handle under the name that the engine expects on disk.
struct LocalFile {
  std::string local_path;
  StreamHandle handle;

  bool operator==(const LocalFile&) const = default;
};

// Codes 5, 11: RocksDB or ForSt files.
struct IncrementalHandle {
  KeyedCode code = KeyedCode::kIncrementalV2;
  KeyGroupRange range;
  std::int64_t checkpoint_id = 0;
  std::string backend_id;                               // as stored; Flink hashes what is no UUID
  std::int64_t checkpointed_size_bytes = kUnknownSize;  // code 11
  StreamHandle meta;
  std::vector<LocalFile> shared_files;
  std::vector<LocalFile> private_files;
  std::string handle_id;  // code 11

  bool operator==(const IncrementalHandle&) const = default;
};

// Codes 8, 14: full handles to load, and changes to replay on top.
struct ChangelogHandle;

struct StateChange {
  std::int32_t key_group = 0;  // -1 = a change of state meta data
  ByteVector data;

  bool operator==(const StateChange&) const = default;
};

// Code 9: changes inline.
struct InMemoryChangelogHandle {
  KeyGroupRange range;
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::vector<StateChange> changes;
  std::string handle_id;  // absent in the trial layout of Flink 1.14

  bool operator==(const InMemoryChangelogHandle&) const = default;
};

struct ChangelogSegment {
  std::int64_t offset = 0;
  StreamHandle handle;

  bool operator==(const ChangelogSegment&) const = default;
};

// Codes 10, 13: changes in files, in the order in which they apply.
struct ChangelogStreamHandle {
  KeyedCode code = KeyedCode::kChangelogStreamV2;
  KeyGroupRange range;
  std::vector<ChangelogSegment> segments;
  std::int64_t size_bytes = 0;
  std::int64_t checkpointed_size_bytes = 0;       // absent in the trial layout of Flink 1.14
  std::string handle_id;                          // absent in the trial layout of Flink 1.14
  std::string storage_identifier = "filesystem";  // stored by code 13, implied by code 10

  bool operator==(const ChangelogStreamHandle&) const = default;
};

// Code 0 is std::monostate: no keyed state. The boxes are never empty.
using KeyedHandle = std::variant<std::monostate, Boxed<KeyGroupsHandle>, Boxed<IncrementalHandle>,
                                 Boxed<ChangelogHandle>, Boxed<InMemoryChangelogHandle>,
                                 Boxed<ChangelogStreamHandle>>;

struct ChangelogHandle {
  KeyedCode code = KeyedCode::kChangelogV2;
  KeyGroupRange range;
  std::int64_t checkpointed_size_bytes =
      0;  // this and the next: absent in the layout of Flink 1.14
  std::int64_t materialization_id = 0;
  std::int64_t checkpoint_id = 0;             // stored by code 14; code 8: the materialization id
  std::vector<KeyedHandle> materialized;      // may hold std::monostate, which Flink skips
  std::vector<KeyedHandle> non_materialized;  // codes 9, 10, 13
  std::string handle_id;                      // absent in the layout of Flink 1.14

  bool operator==(const ChangelogHandle&) const = default;
};

// Channel handles: in-flight data of unaligned checkpoints ----------------------------------------

// One channel and where its buffers lie in the delegate stream.
struct ChannelOffsets {
  std::int32_t first = 0;   // input gate, or result partition
  std::int32_t second = 0;  // channel of the gate, or subpartition
  std::vector<std::int64_t> offsets;
  std::int64_t size_bytes = 0;  // of this channel's part of the stream

  bool operator==(const ChannelOffsets&) const = default;
};

// Version 6: code 1 (input) or 2 (result); earlier versions know this form only.
struct PlainChannelHandle {
  std::int32_t subtask_index = 0;  // absent in Flink 1.11: then that of the enclosing subtask
  ChannelOffsets channel;
  StreamHandle delegate;

  bool operator==(const PlainChannelHandle&) const = default;
};

// Version 6: code 3 (input) or 4 (result): several channels in one stream.
struct MergedChannelHandle {
  std::int32_t subtask_index = 0;
  std::int64_t size_bytes = 0;  // sum over the channels
  StreamHandle delegate;
  ByteVector packed_channels;  // as stored: Flink looks inside only when it assigns state to tasks

  bool operator==(const MergedChannelHandle&) const = default;
};

using ChannelHandle = std::variant<PlainChannelHandle, MergedChannelHandle>;

// The channels of a merged handle. FormatError if the packed bytes are damaged or not used up;
// `file` is for the message, whose offset counts from the start of the packed bytes.
std::vector<ChannelOffsets> decode_packed_channels(const MergedChannelHandle& handle,
                                                   std::string_view file);
ByteVector encode_packed_channels(const std::vector<ChannelOffsets>& channels);

// Looking into handles ----------------------------------------------------------------------------

// The T in a stream or keyed handle, boxed or not; null if it is something else:
//   if (const auto* groups = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state)) ...
template <typename T, typename... Alternatives>
const T* handle_as(const std::variant<Alternatives...>& handle) {
  if constexpr ((std::is_same_v<T, Alternatives> || ...)) {
    return std::get_if<T>(&handle);
  } else {
    const auto* boxed = std::get_if<Boxed<T>>(&handle);
    return boxed != nullptr ? &**boxed : nullptr;
  }
}

inline bool is_null(const StreamHandle& handle) { return handle.index() == 0; }
inline bool is_null(const KeyedHandle& handle) { return handle.index() == 0; }

// A handle of file merging that only keeps its directories alive (code 17 around code 16).
inline bool holds_no_state(const OperatorHandle& handle) {
  return handle_as<EmptySegmentHandle>(handle.delegate) != nullptr;
}

// Past all nested key groups (code 3): the handle that holds or names bytes.
const StreamHandle& innermost(const StreamHandle& handle);

// The path that a file, relative or segment handle names, as it is stored; null for the others.
const std::string* path_in(const StreamHandle& handle);

// How many bytes the handle says it has; empty if it does not know, or for a null handle.
std::optional<std::int64_t> recorded_size(const StreamHandle& handle);

// The outer range; empty for a null handle.
std::optional<KeyGroupRange> key_group_range(const KeyedHandle& handle);

// The code of a handle as stored; empty for a null handle.
std::optional<KeyedCode> keyed_code(const KeyedHandle& handle);

// What a stream is to the handle that holds it.
enum class StreamRole {
  kKeyGroups,
  kIncrementalMeta,
  kSharedFile,
  kPrivateFile,
  kChangelogSegment,
  kOperatorState,
  kChannelState,
};

struct StreamUse {
  StreamRole role;
  std::string_view local_path;  // shared and private files: the name on the engine's disk
  const StreamHandle& stream;   // may be null for kIncrementalMeta
};

using StreamVisitor = std::function<void(const StreamUse&)>;

// Calls the visitor for every stream handle inside, in stored order. The inline changes of code 9
// are in no stream and are not reported.
void for_each_stream(const KeyedHandle& handle, const StreamVisitor& visit);
void for_each_stream(const OperatorHandle& handle, const StreamVisitor& visit);
void for_each_stream(const ChannelHandle& handle, const StreamVisitor& visit);

}  // namespace savvy
