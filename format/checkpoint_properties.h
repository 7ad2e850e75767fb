// The checkpoint properties at the end of _metadata: was this a savepoint, and of which form?
//
// Bytes   a Java serialization stream that holds null or one CheckpointProperties object; from
//         Flink 1.16 to 2.1 always the same bytes but for seven booleans, the kind and its
//         constants
// Values  nothing (versions 2 and 3) and null both mean "unknown"
// Errors  FormatError where the bytes leave the template, end early or go on after it;
//         UnsupportedError: a class, serialVersionUID or constant that is not in it
// Lives   the result owns its memory
// Source  CheckpointProperties, CheckpointType, SavepointType, as of 2.1
//
// The stream is walked forward: inline state may contain the same bytes, so nobody may search for
// it.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "format/byte_reader.h"
#include "format/bytes.h"

namespace savvy {

enum class SnapshotKind { kUnknown, kCheckpoint, kSavepoint };
enum class SavepointFormat { kCanonical, kNative };
enum class SavepointAction { kNone, kTerminate, kSuspend };
enum class SharingFilesStrategy { kForwardBackward, kForward, kNoSharing };

struct CheckpointProperties {
  SnapshotKind kind = SnapshotKind::kUnknown;            // if unknown, the rest means nothing
  std::string name;                                      // "Checkpoint", "Suspend Savepoint", ...
  SavepointFormat format = SavepointFormat::kCanonical;  // savepoints
  SavepointAction action = SavepointAction::kNone;       // savepoints
  SharingFilesStrategy sharing = SharingFilesStrategy::kNoSharing;  // a savepoint shares no files
  bool discard_cancelled = false;
  bool discard_failed = false;
  bool discard_finished = false;
  bool discard_subsumed = false;
  bool discard_suspended = false;
  bool forced = false;
  bool unclaimed = false;

  bool operator==(const CheckpointProperties&) const = default;
};

// Reads from the start of the object stream to the end of the reader, which must come right after
// it.
CheckpointProperties decode_checkpoint_properties(ByteReader& in);

// The properties of a decoded Metadata: `bytes` is Metadata::properties and may be empty. `file`
// and `offset` (of the bytes in the file) are for messages.
CheckpointProperties interpret_checkpoint_properties(Bytes bytes, std::string_view file,
                                                     std::uint64_t offset = 0);

// The same; nothing if they cannot be read.
std::optional<CheckpointProperties> try_checkpoint_properties(Bytes bytes);

// The object stream that Flink writes; kUnknown gives the null object. For kCheckpoint the strategy
// is written, for kSavepoint the format and action.
ByteVector encode_checkpoint_properties(const CheckpointProperties& properties);

}  // namespace savvy
