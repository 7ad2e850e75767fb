#include "cli/rewrite_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

#include "cli/helping_threads.h"

namespace savvy {

void RewriteNotes::add(const std::string& text) {
  const std::lock_guard lock(mutex_);
  texts_.emplace(text, true);
}

void RewriteNotes::add_empty(const std::string& op, const std::string& state, std::uint64_t count) {
  if (count == 0) return;
  const std::lock_guard lock(mutex_);
  empty_[{op, state}] += count;
}

std::vector<std::string> RewriteNotes::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [text, said] : texts_) all.push_back(text);
  for (const auto& [place, count] : empty_) {
    all.push_back(fmt::format(
        "{} empty lists or maps of state \"{}\" of operator {} are left out: they hold nothing",
        count, place.second, place.first));
  }
  return all;
}

void run_units(const std::vector<RewriteUnit>& units, unsigned jobs) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  std::vector<std::exception_ptr> errors(units.size());
  const auto work = [&] {
    for (std::size_t i = next++; i < units.size() && !failed; i = next++) {
      try {
        units[i]();
      } catch (...) {
        errors[i] = std::current_exception();
        failed = true;
      }
    }
  };
  {
    const std::size_t threads = std::min<std::size_t>(jobs, units.size());
    const auto others = start_threads(std::max<std::size_t>(threads, 1) - 1, work);
    work();
  }
  for (const std::exception_ptr& error : errors) {
    if (error != nullptr) std::rethrow_exception(error);
  }
}

}  // namespace savvy
