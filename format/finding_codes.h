// What a check can find: a stable number each, with what it means for a restore.
//
// Values  SV001 .. SV099 the metadata by itself, SV101 .. the files it names, SV201 .. what is in
//         them, SV301 .. what snapshots share. People filter by these numbers: a number is never
//         used for anything else, and one that is given up stays free
// Source  what Flink does about each is in the text of the code, by the class that does it

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace savvy {

// An error: a restore fails, or state is lost or wrong without a word. A warning: a restore works,
// or nobody can tell.
enum class Severity { kError, kWarning };

enum class FindingCode : int {
  // The metadata.
  kMetadataDamaged = 1,
  kMetadataUnsupported = 2,
  kDuplicateOperator = 3,
  kParallelismBounds = 4,
  kDuplicateSubtask = 5,
  kKeyGroupRange = 6,
  kKeyGroupOffsets = 7,
  kDuplicateStateName = 8,
  kOperatorOffsets = 9,
  kInlineNameReused = 10,
  kPathDisagrees = 11,
  kHandleId = 12,
  kLocalPathReused = 13,
  kChannelHandle = 14,
  kChannelSubtask = 15,
  kUidMismatch = 16,
  kProperties = 17,
  kInnerKeyGroupRange = 18,
  kRecordedSize = 19,
  kInnerCheckpointId = 20,
  kChangelogRange = 21,
  kOddFigure = 22,
  kChannelTwice = 23,
  kImpossibleHandle = 24,
  // The files.
  kFileMissing = 101,
  kFileShort = 102,
  kFileLong = 103,
  kSegmentOutside = 104,
  kRelativeNowhere = 105,
  kFileNotReached = 106,
  kSnapshotChanged = 107,
  // What is in them.
  kStreamHead = 201,
  kSectionMisplaced = 202,
  kEntryDamaged = 203,
  kKeyInWrongGroup = 204,
  kOrder = 205,
  kUnknownStateId = 206,
  kBytesUnaccounted = 207,
  kCompressedBlock = 208,
  kValueDamaged = 209,
  kKeyDamaged = 210,
  kSstDamaged = 211,
  kSstProperties = 212,
  kKeyOutsideRange = 213,
  kManifest = 214,
  kManifestFiles = 215,
  kColumnFamilies = 216,
  kOperatorElement = 217,
  kOperatorStates = 218,
  kChangeLogGap = 219,
  kChangeLogDamaged = 220,
  kRawOrChannelData = 221,
  kDataNotChecked = 222,
  kOptionsFile = 230,
  // Several snapshots.
  kSharedFileMissing = 301,
  kSharedFileResized = 302,
  kNameReused = 303,
  kRelativeElsewhere = 304,
  kNeedsSavepoint = 305,
  kMaterializationOrder = 306,
};

struct FindingText {
  FindingCode code;
  Severity severity;
  std::string_view title;    // a few words
  std::string_view meaning;  // for a restore, in a sentence or two
};

// All of them, by number.
std::span<const FindingText> finding_texts();
const FindingText& text_of(FindingCode code);

// "SV001".
std::string code_word(FindingCode code);
// The code of "SV001" or "sv1"; nothing if there is none.
std::optional<FindingCode> find_code(std::string_view word);

}  // namespace savvy
