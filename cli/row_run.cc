#include "cli/row_run.h"

#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "cli/error_place.h"
#include "cli/helping_threads.h"
#include "cli/ordered_output.h"
#include "cli/row_units.h"
#include "format/byte_units.h"
#include "format/errors.h"
#include "format/interruption.h"

namespace savvy {
namespace {

constexpr std::size_t kFlushBytes = 256 * kKiB;

// Unwinds a unit whose further rows nobody wants: the limit is reached, or an earlier unit failed.
struct StopUnit {};

class RowRun {
 public:
  RowRun(const Snapshot& snapshot, const SerializerRegistry& registry, const RowFilter& filter,
         const RowRunOptions& options, Output& output)
      : snapshot_(snapshot),
        registry_(registry),
        filter_(filter),
        options_(options),
        progress_(options.progress.enabled()),
        // In json the first row loses the comma in front of it.
        output_(output, options.rows.format == RowFormat::kJson ? 1 : 0, &progress_),
        queue_(snapshot, registry, filter, options_.rows) {
    result_.found_keys.resize(filter.keys().size());
  }

  RowRunResult run() {
    // A limit counts rows in order, which one thread does by itself.
    const unsigned threads = options_.limit == kNoLimit ? options_.jobs : 1;
    std::vector<std::jthread> others = start_threads(threads - 1, [this] { work(); });
    work();
    others.clear();
    if (output_.error() != nullptr) std::rethrow_exception(output_.error());
    for (auto& [unit, messages] : errors_) {
      result_.errors.insert(result_.errors.end(), messages.begin(), messages.end());
    }
    return std::move(result_);
  }

 private:
  // What is thrown here is of no unit: there is no memory, say.
  void work() {
    try {
      work_on_units();
    } catch (...) {
      output_.abort(std::current_exception());
    }
  }

  void work_on_units() {
    RowBuffer rows(options_.rows.format, options_.int64_style, options_.limit);
    EmptyCounts empty;
    std::vector<bool> found_keys(filter_.keys().size());
    while (!output_.stopped() && !rows.limit_reached()) {
      std::unique_lock lock(mutex_);
      const std::optional<RowUnit> unit = queue_.next();
      const std::size_t index = next_unit_++;
      lock.unlock();
      if (!unit) break;
      run_unit(*unit, index, rows, empty, found_keys);
    }
    const std::lock_guard lock(mutex_);
    result_.row_count += rows.row_count();
    for (const auto& [place, count] : rows.opaque_counts()) result_.opaque[place] += count;
    for (const auto& [place, count] : empty) result_.empty[place] += count;
    for (std::size_t i = 0; i < found_keys.size(); ++i) {
      if (found_keys[i]) result_.found_keys[i] = true;
    }
  }

  void run_unit(const RowUnit& unit, std::size_t index, RowBuffer& rows, EmptyCounts& empty,
                std::vector<bool>& found_keys) {
    RowTask task{snapshot_,
                 registry_,
                 filter_,
                 options_.rows,
                 rows,
                 [&] { flush(index, rows, kFlushBytes); },
                 [&](const std::function<void()>& part) { attempt(index, unit.place, part); },
                 empty,
                 found_keys};
    std::exception_ptr error;
    try {
      unit.run(task);
      flush(index, rows, 1);
    } catch (const StopUnit&) {
      write(index, rows);
    } catch (...) {
      // Rows in front of the damage are written.
      write(index, rows);
      error = with_place(std::current_exception(), unit.place);
    }
    output_.finish(index, error);
  }

  void flush(std::size_t unit, RowBuffer& rows, std::size_t from_bytes) {
    check_interrupt(options_.interrupted);
    if (rows.text().size() >= from_bytes && !write(unit, rows)) throw StopUnit{};
    if (rows.limit_reached()) throw StopUnit{};
  }

  bool write(std::size_t unit, RowBuffer& rows) {
    return output_.write(unit, std::move(rows.text()));
  }

  void attempt(std::size_t unit, std::string_view place, const std::function<void()>& part) {
    if (options_.errors == ErrorPolicy::kStop) return part();
    try {
      run_at(place, part);
    } catch (const UnsupportedError& error) {
      note(unit, error, false);
    } catch (const FormatError& error) {
      note(unit, error, true);
    } catch (const IoError& error) {
      if (error.direction() == IoDirection::kWriting) throw;
      note(unit, error, true);
    }
  }

  void note(std::size_t unit, const Error& error, bool damage) {
    const std::lock_guard lock(mutex_);
    errors_[unit].emplace_back(error.what());
    result_.damaged |= damage;
  }

  const Snapshot& snapshot_;
  const SerializerRegistry& registry_;
  const RowFilter& filter_;
  RowRunOptions options_;
  Progress progress_;
  OrderedOutput output_;
  std::mutex mutex_;  // guards all below
  RowUnitQueue queue_;
  std::size_t next_unit_ = 0;
  std::map<std::size_t, std::vector<std::string>> errors_;
  RowRunResult result_;
};

}  // namespace

RowRunResult write_rows(const Snapshot& snapshot, const SerializerRegistry& registry,
                        const RowFilter& filter, const RowRunOptions& options, Output& output) {
  output.write(document_start(options.rows.format));
  RowRunResult result = RowRun(snapshot, registry, filter, options, output).run();
  output.write(document_end(options.rows.format));
  return result;
}

}  // namespace savvy
