#include "format/finding_codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace savvy {
namespace {

constexpr auto kError = Severity::kError;
constexpr auto kWarning = Severity::kWarning;

constexpr FindingText kTexts[] = {
    // The metadata.
    {FindingCode::kMetadataDamaged, kError, "_metadata is damaged",
     "The JobManager fails to load the snapshot (Checkpoints.loadCheckpointMetadata)."},
    {FindingCode::kMetadataUnsupported, kError, "_metadata of an unknown kind",
     "Written by a Flink that savvy does not know. That Flink may restore it; older ones refuse "
     "it."},
    {FindingCode::kDuplicateOperator, kError, "two operators have one id",
     "The last one wins, and the state of the other is lost without a word."},
    {FindingCode::kParallelismBounds, kError, "parallelism out of bounds",
     "No job can be given this state: 1 <= parallelism <= max parallelism <= 32768."},
    {FindingCode::kDuplicateSubtask, kError, "two entries for one subtask",
     "The last one wins, and the state of the other is lost without a word."},
    {FindingCode::kKeyGroupRange, kError, "a subtask's key groups are not its own",
     "At equal parallelism Flink hands the subtask its state unseen: the key groups that are not "
     "its own are skipped (hashmap) or the task fails (\"The key group must belong to the "
     "backend\")."},
    {FindingCode::kKeyGroupOffsets, kError, "key-group offsets do not fit their stream",
     "The task fails to read the state, or reads other key groups than it should."},
    {FindingCode::kDuplicateStateName, kError, "two operator states have one name",
     "The last one wins, and the elements of the other are lost without a word."},
    {FindingCode::kOperatorOffsets, kError, "offsets of an operator state do not fit",
     "The task fails to read the state, or reads elements of another one."},
    {FindingCode::kInlineNameReused, kError, "one inline name for different bytes",
     "Flink tells inline state apart by its name alone: states are mixed up without a word when "
     "the job is rescaled (ByteStreamStateHandle)."},
    {FindingCode::kPathDisagrees, kError, "one path in handles that do not agree",
     "The registry of shared state takes handles of one path for one file; where they differ the "
     "restore fails (\"StateObjects underlying same key should be equal\") or a file is deleted "
     "too soon."},
    {FindingCode::kHandleId, kError, "a handle id is empty or used twice",
     "Two handles with one id count as one, and the state of the other is lost without a word."},
    {FindingCode::kLocalPathReused, kError, "one local name for two files of a handle",
     "The second file is written over the first when the task fetches them; RocksDB then fails to "
     "open, or lacks entries."},
    {FindingCode::kChannelHandle, kError, "a channel handle does not add up",
     "In-flight data cannot be given to its channels: the JobManager fails when it assigns state, "
     "or "
     "the task when it reads the buffers."},
    {FindingCode::kChannelSubtask, kError, "in-flight data of another subtask",
     "The buffers are replayed into a channel they do not belong to."},
    {FindingCode::kUidMismatch, kError, "uid and operator id do not belong together",
     "Flink maps state to the job by the id alone: a job with this uid does not find its state."},
    {FindingCode::kProperties, kError, "checkpoint properties cannot be read",
     "Java fails to deserialize them, and with them the whole metadata (MetadataV4Serializer); of "
     "bytes behind them it knows nothing."},
    {FindingCode::kInnerKeyGroupRange, kError, "part of a change log has other key groups",
     "It holds no key group of the subtask, or none of the operator: it may be skipped when the "
     "job "
     "is rescaled, and is read as it is otherwise."},
    {FindingCode::kRecordedSize, kError, "a segment that no file can have",
     "The task fails when it opens the segment (FsSegmentDataInputStream)."},
    {FindingCode::kInnerCheckpointId, kWarning, "state taken after its checkpoint",
     "The id inside the handle is above that of the snapshot. Flink restores it, but ages files by "
     "that id and may keep or delete them at the wrong time."},
    {FindingCode::kChangelogRange, kError, "changes outside of their log",
     "The task fails to read the changes, or skips those of key groups that the log is not about."},
    {FindingCode::kOddFigure, kWarning, "a figure that Flink does not write",
     "Flink restores without it and only reports it or counts on from it; but some of the metadata "
     "was changed."},
    {FindingCode::kChannelTwice, kError, "a channel is described twice",
     "The task fails with \"Duplicate channel info\" (SequentialChannelStateReaderImpl)."},
    {FindingCode::kImpossibleHandle, kError, "a handle that its place cannot have",
     "The task fails to restore the state, or does not see it."},
    // The files.
    {FindingCode::kFileMissing, kError, "a file is missing",
     "The task fails with FileNotFoundException."},
    {FindingCode::kFileShort, kError, "a file is shorter than recorded",
     "Flink does not compare sizes: the task fails while reading, or state is missing."},
    {FindingCode::kFileLong, kError, "a file is longer than recorded",
     "It is not the file that was written. Flink does not compare sizes and reads what it finds."},
    {FindingCode::kSegmentOutside, kError, "a segment reaches beyond its file",
     "The task fails while reading the merged file."},
    {FindingCode::kRelativeNowhere, kError, "a relative handle leads to the wrong directory",
     "The task fails with FileNotFoundException. After a native savepoint was restored in CLAIM "
     "mode, Flink before FLINK-39964 writes handles like this for files of the savepoint; "
     "`savvy relocate` cannot know where that is, but a copy of the files to the place named makes "
     "the snapshot whole."},
    {FindingCode::kFileNotReached, kWarning, "a file lies where savvy does not look",
     "Nothing is known of it. Say with --map where its file system is mounted or copied, or let "
     "savvy read the folder."},
    {FindingCode::kSnapshotChanged, kError, "the snapshot changed while it was read",
     "A running job deletes old checkpoints. What was found before says nothing any more."},
    // What is in them.
    {FindingCode::kStreamHead, kError, "the head of a stream cannot be read",
     "The task fails before it restores the first entry."},
    {FindingCode::kSectionMisplaced, kError, "a key group is not where its offset says",
     "The task fails (hashmap: \"Unexpected key-group in restore.\") or restores other entries."},
    {FindingCode::kEntryDamaged, kError, "an entry breaks the layout",
     "The task fails, or reads everything behind it wrongly."},
    {FindingCode::kKeyInWrongGroup, kError, "a key in a key group that is not its own",
     "The entry is restored where its key never looks: it is lost to the job without a word."},
    {FindingCode::kOrder, kError, "entries out of order",
     "RocksDB writes each key once and ascending: what stands here is not what was written, and "
     "one "
     "of two entries of a key is lost."},
    {FindingCode::kUnknownStateId, kError, "an entry of a state that the stream does not describe",
     "The task fails with IndexOutOfBoundsException or NullPointerException."},
    {FindingCode::kBytesUnaccounted, kError, "bytes that belong to nothing",
     "Nothing reads them; if they are state, that state is lost."},
    {FindingCode::kCompressedBlock, kError, "a compressed block is damaged",
     "The task fails with \"CorruptionException\" of snappy, or a checksum error."},
    {FindingCode::kValueDamaged, kError, "a value does not match its serializer",
     "Reading the state fails, or gives the job values that were never written."},
    {FindingCode::kKeyDamaged, kError, "a key does not match its serializer",
     "Restoring or iterating the state fails, or the entry is never found."},
    {FindingCode::kSstDamaged, kError, "an SST file is damaged",
     "RocksDB fails to open the state, or fails later when it reads the block."},
    {FindingCode::kSstProperties, kError, "an SST file is not what its properties say",
     "RocksDB may open it; entries are missing or belong to another state."},
    {FindingCode::kKeyOutsideRange, kError, "live keys outside the handle's key groups",
     "A restore that joins subtasks copies them over the entries of the subtask that owns them, "
     "without a word (RocksDBIncrementalRestoreOperation); a canonical savepoint fails on them "
     "(KeyGroupRangeOffsets). Clipping deletes such keys, it does not leave them alive."},
    {FindingCode::kManifest, kError, "MANIFEST or CURRENT cannot be read",
     "RocksDB fails to open the state."},
    {FindingCode::kManifestFiles, kError, "MANIFEST and handle do not list the same files",
     "RocksDB fails to open the state (\"Sst file size mismatch\", \"No such file\"), or entries "
     "of a file that it does not know are missing."},
    {FindingCode::kColumnFamilies, kError, "column families are not the states",
     "The task fails to open a state, or a state comes up empty."},
    {FindingCode::kOperatorElement, kError, "an element of operator state is damaged",
     "The task fails when the operator reads its list, or gets other elements."},
    {FindingCode::kOperatorStates, kError, "an operator state that its stream does not describe",
     "Flink since 1.18.2 skips a state that the stream does not describe, and its elements are "
     "lost "
     "without a word; older releases fail with IllegalStateException."},
    {FindingCode::kChangeLogGap, kError, "changes are missing from a change log",
     "State is wrong without a word: changes between the sequence numbers are not applied."},
    {FindingCode::kChangeLogDamaged, kError, "a change log cannot be read",
     "The task fails while it replays the changes."},
    {FindingCode::kRawOrChannelData, kError, "raw, in-flight or coordinator data is damaged",
     "The operator fails when it reads its raw state, the source when its coordinator starts, or "
     "buffers are not replayed."},
    {FindingCode::kDataNotChecked, kWarning, "data that could not be checked",
     "savvy cannot read this part; nothing is known of it."},
    {FindingCode::kOptionsFile, kWarning, "the OPTIONS file of a database is damaged",
     "Flink sets the options itself and does not read the file; other tools of RocksDB do."},
    // Several snapshots.
    {FindingCode::kSharedFileMissing, kError, "a file that checkpoints share is missing",
     "The task fails with FileNotFoundException: none of the checkpoints that need the file can be "
     "restored."},
    {FindingCode::kSharedFileResized, kError, "a shared file has another size than recorded",
     "RocksDB does not open a file whose size is not that in its MANIFEST; other readers fail or "
     "miss state. None of the checkpoints that recorded the other size can be trusted."},
    {FindingCode::kNameReused, kError, "a shared file is not the one that was recorded",
     "Another file lies under its name, or checkpoints disagree on what it is: those that recorded "
     "another one are lost."},
    {FindingCode::kRelativeElsewhere, kError, "a relative handle to a file of another snapshot",
     "The file lies with another snapshot, not where the handle leads: the task fails with "
     "FileNotFoundException (known from Flink before FLINK-39964). A copy of the file beside this "
     "_metadata makes the checkpoint whole."},
    {FindingCode::kNeedsSavepoint, kWarning, "a checkpoint needs files that are not its job's",
     "The job was started from a snapshot whose files it still uses, in CLAIM or LEGACY mode: "
     "deleting that savepoint or folder makes the checkpoint useless."},
    {FindingCode::kMaterializationOrder, kWarning, "materializations out of order",
     "A later checkpoint rests on an earlier materialization. It can be restored if its changes "
     "reach back that far, but it is not what a running job writes."},
};

}  // namespace

std::span<const FindingText> finding_texts() { return kTexts; }

const FindingText& text_of(FindingCode code) {
  const auto* found = std::find_if(std::begin(kTexts), std::end(kTexts),
                                   [code](const FindingText& text) { return text.code == code; });
  if (found == std::end(kTexts)) throw std::logic_error("a finding code without a text");
  return *found;
}

std::string code_word(FindingCode code) { return fmt::format("SV{:03}", static_cast<int>(code)); }

std::optional<FindingCode> find_code(std::string_view word) {
  if (!word.starts_with("SV") && !word.starts_with("sv")) return std::nullopt;
  word.remove_prefix(2);
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  for (const FindingText& text : kTexts) {
    if (static_cast<int>(text.code) == number) return text.code;
  }
  return std::nullopt;
}

}  // namespace savvy
