#include "cli/stats_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "cli/error_place.h"
#include "cli/helping_threads.h"
#include "cli/stats_units.h"

namespace savvy {
namespace {

// Each thread counts keys in memory of a fixed size (keyed_stats.cc); more threads would exceed the
// budget for the whole.
constexpr unsigned kMaxThreads = 16;

class StatsRun {
 public:
  StatsRun(const Snapshot& snapshot, const SerializerRegistry& registry, const RowFilter& filter,
           const StatsRunOptions& options)
      : options_(options),
        progress_(options.progress.enabled()),
        queue_(snapshot, registry, filter, options),
        table_(options.top_count) {}

  StatsTable run() {
    const unsigned threads = std::min(options_.jobs, kMaxThreads);
    std::vector<std::jthread> others = start_threads(threads - 1, [this] { work(); });
    work();
    others.clear();
    if (error_ != nullptr) std::rethrow_exception(error_);
    return std::move(table_);
  }

 private:
  void work() {
    try {
      work_on_units();
    } catch (...) {
      // Of no unit: there is no memory, say.
      const std::lock_guard lock(mutex_);
      note(0, std::current_exception());
    }
  }

  void work_on_units() {
    StatsTable table(options_.top_count);
    std::unique_lock lock(mutex_);
    while (error_ == nullptr) {
      const std::optional<StatsUnit> unit = queue_.next();
      const std::size_t index = next_unit_++;
      if (!unit) break;
      lock.unlock();
      std::uint64_t read_bytes = 0;
      std::exception_ptr error;
      try {
        read_bytes = unit->run(table);
      } catch (...) {
        error = with_place(std::current_exception(), unit->place);
      }
      lock.lock();
      progress_.add_read(read_bytes);
      if (error != nullptr) note(index, error);
    }
    table_.merge(std::move(table));
  }

  // Units start in order and end in any: the first of the failed ones in order is the one told of.
  void note(std::size_t unit, const std::exception_ptr& error) {
    if (error_ != nullptr && unit > failed_unit_) return;
    error_ = error;
    failed_unit_ = unit;
  }

  const StatsRunOptions& options_;
  std::mutex mutex_;  // guards all below
  Progress progress_;
  StatsUnitQueue queue_;
  std::size_t next_unit_ = 0;
  std::exception_ptr error_;
  std::size_t failed_unit_ = 0;
  StatsTable table_;
};

}  // namespace

StatsTable read_stats(const Snapshot& snapshot, const SerializerRegistry& registry,
                      const RowFilter& filter, const StatsRunOptions& options) {
  return StatsRun(snapshot, registry, filter, options).run();
}

}  // namespace savvy
