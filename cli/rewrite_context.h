// What the parts of a command that writes a snapshot share.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "format/output.h"
#include "format/serializer_registry.h"
#include "readers/entry_sorter.h"
#include "readers/rocksdb_source.h"
#include "readers/snapshot.h"

namespace savvy {

// What a rewrite leaves out, or changes on its way, and says at the end. Any thread may add.
class RewriteNotes {
 public:
  void add(const std::string& text);
  // Lists and maps without elements that the new layout does not store.
  void add_empty(const std::string& op, const std::string& state, std::uint64_t count);
  // All that was said, each once, in a fixed order.
  std::vector<std::string> all() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, bool> texts_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> empty_;
};

struct RewriteContext {
  const Snapshot& source;
  const SerializerRegistry& registry;
  const RocksdbCache& cache;
  SortMemory memory;  // of one thread
  OutputFolder& folder;
  RewriteNotes& notes;
  const std::atomic<bool>* interrupted;  // may be null
};

// One piece of work that no other has to wait for.
using RewriteUnit = std::function<void()>;

// Runs the units on this many threads. The first error in their order is thrown; units that have
// not begun by then are left.
void run_units(const std::vector<RewriteUnit>& units, unsigned jobs);

}  // namespace savvy
