// Writes the RocksDB database of one subtask: a family a state, as Flink's backend would open it.
//
// Bytes   CURRENT, a MANIFEST, an OPTIONS file, SST files and Flink's meta block, in one folder
// Values  opens read-write in FRocksDB 6.20 (Flink 1.14 to 1.20) and 8.10 (2.x). New files have
//         CRC-32C checksums and lie on the lowest level; files taken over keep their bytes.
//         Equal input gives equal bytes
// Errors  UnsupportedError: state names that cannot be families, files that do not go together;
//         FormatError: entries out of order; IoError from the folder
// Lives   the folder outlives the writer
// Threads one writer, one thread; writers of different name prefixes are independent
// Source  RocksDBIncrementalRestoreOperation, RocksDBHandle; RocksDB's Checkpoint

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "format/byte_units.h"
#include "format/keyed_meta.h"
#include "format/output.h"
#include "format/sst_file.h"
#include "format/state_handles.h"
#include "format/storage.h"

namespace savvy {

enum class RocksdbCompression { kNone, kSnappy };

struct RocksdbTarget {
  int prefix_bytes = 1;    // of key groups; see key_groups.h
  int format_version = 4;  // of new files: 4 for Flink 1.8 and later, 5 for 1.14 and later
  RocksdbCompression compression = RocksdbCompression::kSnappy;
  // A new file ends with the first key group that reaches this size, or at twice the size.
  std::uint64_t target_file_bytes = 64 * kMiB;
};

class RocksdbWriter {
 public:
  // `name_prefix` stands in front of the names in the folder: <prefix>-000003.sst.
  RocksdbWriter(OutputFolder& folder, std::string name_prefix, const KeyedMetaBlock& meta,
                KeyGroupRange range, std::int64_t checkpoint_id, const RocksdbTarget& target);
  ~RocksdbWriter();

  // An entry of the state with this index in the meta block. Keys of one state ascend; states may
  // take turns.
  void add(std::size_t state, Bytes composite_key, Bytes value);

  // The file that is being filled for a state ends here: what comes next starts a new one.
  void end_file(std::size_t state);

  // Takes a whole file over, with the deletions and merge operands in it. `file` is what the
  // MANIFEST of its database says (its number does not matter), `content` its bytes. All files of
  // that database whose bounds overlap those of this one must come too; other files and entries of
  // the state lie outside its bounds. settle_levels() tells beforehand whether files go together.
  // Checksums stay as they are: files of Flink 2.x have XXH3, which Flink 1.x does not read.
  void reuse(std::size_t state, const SstFile& file, const RandomAccessFile& content);

  // All files are private, by names relative to the folder.
  IncrementalHandle finish();

 private:
  class Database;

  std::unique_ptr<Database> database_;
};

}  // namespace savvy
