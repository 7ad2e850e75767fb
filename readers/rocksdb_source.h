// The keyed state of an incremental handle: RocksDB's own files, or those of ForSt.
//
// Bytes   a column family a state, of its name; keys and values are those of the canonical layout,
//         list elements joined by ",". What counts is the live view: newest first, deletions
//         applied, merge operands joined
// Values  key groups outside the handle's range are left out: clipping leaves them in the files
// Errors  FormatError: damaged files, or column families that are not the states of the meta block;
//         UnsupportedError: what this RocksDB does not read; IoError: a file is missing
// Source  RocksDBIncrementalRestoreOperation, RocksDBMapState, StringAppendTESTOperator

#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "format/serializer_registry.h"
#include "readers/keyed_source.h"
#include "readers/snapshot.h"

namespace savvy {

// "7.8.3": that of the library, for `savvy --version`.
std::string rocksdb_version();

// Blocks of the files that are open, for all of them together.
class RocksdbCache {
 public:
  explicit RocksdbCache(std::size_t bytes);
  ~RocksdbCache();

  struct Blocks;
  const Blocks& blocks() const { return *blocks_; }

 private:
  std::unique_ptr<Blocks> blocks_;
};

class RocksdbKeyedSource : public KeyedSource {
 public:
  // Live entries of one state, ascending: from the composite key `lower` on, up to `upper`, which is
  // not one of them. Key groups outside the handle's range are not left out.
  virtual std::unique_ptr<KeyGroupReader> open_range(std::size_t state, Bytes lower,
                                                     Bytes upper) const = 0;
};

// `snapshot`, `handle` and `cache` outlive the source.
std::unique_ptr<RocksdbKeyedSource> open_rocksdb_source(const Snapshot& snapshot,
                                                        const IncrementalHandle& handle,
                                                        int prefix_bytes,
                                                        const SerializerRegistry& registry,
                                                        const RocksdbCache& cache);

}  // namespace savvy
