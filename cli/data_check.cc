#include "cli/data_check.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "cli/data_units.h"
#include "cli/helping_threads.h"

namespace savvy {
namespace {

constexpr std::size_t kNoUnit = std::numeric_limits<std::size_t>::max();

// The findings of one unit. With --fail-fast a unit is left where an earlier one, in order, has an
// error; those in front of that one are finished, so that the first error is always the same.
class UnitFindings final : public FindingSink {
 public:
  UnitFindings(AfterError after_error, std::size_t index, const std::atomic<std::size_t>& failed)
      : list_(after_error), index_(index), failed_(failed) {}

  void add(Finding finding) override {
    if (!list_.stopped()) list_.add(std::move(finding));
  }
  bool stopped() const override {
    return list_.stopped() || failed_.load(std::memory_order_relaxed) < index_;
  }
  FindingList& list() { return list_; }

 private:
  FindingList list_;
  std::size_t index_;
  const std::atomic<std::size_t>& failed_;
};

class CheckRun {
 public:
  CheckRun(const Snapshot& snapshot, const SerializerRegistry& registry, Sample& sample,
           const CheckDepth& depth)
      : depth_(depth), queue_(snapshot, registry, sample, depth) {}

  void run() {
    std::vector<std::jthread> others = start_threads(depth_.jobs - 1, [this] { work(); });
    work();
    others.clear();
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

  bool found_error() const {
    return std::any_of(found_.begin(), found_.end(),
                       [](const auto& unit) { return unit.second.error_count() > 0; });
  }

  void report(FindingSink& findings) const {
    for (const auto& [unit, list] : found_) list.add_to(findings);
  }

 private:
  void work() {
    try {
      while (work_on_next()) {
      }
    } catch (...) {
      // No fault of the snapshot: the user stops the program, or there is no memory.
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
      failed_ = 0;
    }
  }

  bool work_on_next() {
    std::unique_lock lock(mutex_);
    if (error_ != nullptr || next_unit_ > failed_.load()) return false;
    const std::optional<CheckUnit> unit = queue_.next();
    const std::size_t index = next_unit_++;
    lock.unlock();
    if (!unit) return false;
    UnitFindings findings(depth_.after_error, index, failed_);
    (*unit)(findings);
    if (findings.list().findings().empty()) return true;
    lock.lock();
    if (depth_.after_error == AfterError::kStop && findings.list().error_count() > 0) {
      failed_ = std::min(failed_.load(), index);
    }
    found_.emplace(index, std::move(findings.list()));
    return true;
  }

  const CheckDepth& depth_;
  std::mutex mutex_;  // guards all below
  CheckUnitQueue queue_;
  std::size_t next_unit_ = 0;
  std::atomic<std::size_t> failed_ = kNoUnit;  // the first unit that ends the check
  std::map<std::size_t, FindingList> found_;
  std::exception_ptr error_;
};

}  // namespace

void check_data(const Snapshot& snapshot, const CheckDepth& depth, FindingSink& findings) {
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  Sample sample(depth.data_percent.value_or(kAllData));
  {
    CheckRun run(snapshot, registry, sample, depth);
    run.run();
    const bool complete = sample.took_something() || !sample.left_something();
    if (complete || run.found_error()) return run.report(findings);
  }
  sample.take_one_more();
  CheckRun run(snapshot, registry, sample, depth);
  run.run();
  run.report(findings);
}

}  // namespace savvy
