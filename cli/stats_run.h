// Reads all that a filter lets through once, on several threads, and gives the figures of each
// state.
//
// Errors  the first error in the order of the snapshot; UnsupportedError before anything is read
//         for keyed state in a layout that has no reader

#pragma once

#include <cstddef>
#include <memory>

#include "cli/progress.h"
#include "cli/row_filter.h"
#include "cli/state_stats.h"
#include "cli/ttl_options.h"
#include "format/serializer_registry.h"
#include "readers/rocksdb_source.h"
#include "readers/snapshot.h"

namespace savvy {

struct StatsRunOptions {
  std::size_t top_count = 10;
  unsigned jobs = 1;
  std::shared_ptr<const TtlRules> ttl = std::make_shared<TtlRules>();
  std::shared_ptr<const RocksdbCache> cache;
  ProgressOptions progress;
};

StatsTable read_stats(const Snapshot& snapshot, const SerializerRegistry& registry,
                      const RowFilter& filter, const StatsRunOptions& options);

}  // namespace savvy
