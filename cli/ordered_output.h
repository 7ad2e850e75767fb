// Puts the text of units that several threads work on into the order of the units.
//
// The unit whose turn it is writes through; the others are held in memory up to a limit, then their
// threads wait. Units are started in order, so the one whose turn it is never waits.
//
// Errors  an error of a unit is kept until all units before it are written; then it ends the whole

#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "cli/progress.h"

namespace savvy {

class OrderedOutput {
 public:
  // Drops the first `skipped_bytes` of all text (the separator in front of the first row).
  // `progress` may be null; both outlive this object.
  OrderedOutput(Output& output, std::size_t skipped_bytes, Progress* progress = nullptr)
      : output_(output), skipped_bytes_(skipped_bytes), progress_(progress) {}

  // Adds text of a unit; what is left is empty, with memory to go on with. False if the whole has
  // ended by an error: the unit should stop.
  bool write(std::size_t unit, std::string&& text);
  // The unit is done; `error` is what ended it, or null.
  void finish(std::size_t unit, std::exception_ptr error);
  // Ends the whole at once, and the waits of others: for what is no error of a unit.
  void abort(std::exception_ptr error) noexcept;

  bool stopped() const;
  // The error of the first unit in order that had one; null if none.
  std::exception_ptr error() const;

 private:
  struct Pending {
    std::vector<std::string> pieces;
    bool finished = false;
    std::exception_ptr error;
  };
  void hold(std::size_t unit, std::string& text);
  void keep_spare(std::string&& text);
  void write_now(std::string_view text);
  bool try_write(const std::function<void()>& write);
  void advance();
  void write_finished_units();

  Output& output_;
  std::size_t skipped_bytes_;
  Progress* progress_;
  mutable std::mutex mutex_;
  std::condition_variable turn_;
  std::map<std::size_t, Pending> pending_;
  std::size_t held_bytes_ = 0;
  // Memory of texts that were held: new memory of this size costs more than writing the rows.
  std::vector<std::string> spare_;
  std::size_t spare_bytes_ = 0;
  std::size_t current_ = 0;
  bool stopped_ = false;
  std::exception_ptr error_;
};

}  // namespace savvy
