#include "cli/ordered_output.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::size_t kMaxHeldBytes = 32 * 1024 * 1024;

}  // namespace

bool OrderedOutput::write(std::size_t unit, std::string text) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return stopped_ || unit == current_ || held_bytes_ < kMaxHeldBytes; });
  if (stopped_) return false;
  if (unit != current_) {
    held_bytes_ += text.size();
    pending_[unit].text += text;
    return true;
  }
  // What the unit produced before its turn stands first; advance() has written it.
  return try_write([&] { write_now(text); });
}

void OrderedOutput::finish(std::size_t unit, std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  Pending& pending = pending_[unit];
  pending.finished = true;
  pending.error = std::move(error);
  if (unit == current_) advance();
}

bool OrderedOutput::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::exception_ptr OrderedOutput::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void OrderedOutput::write_now(const std::string& text) {
  std::string_view rest = text;
  const std::size_t skipped = std::min(skipped_bytes_, rest.size());
  rest.remove_prefix(skipped);
  skipped_bytes_ -= skipped;
  output_.write(rest);
  if (progress_ != nullptr) progress_->add_written(rest.size());
}

// Ends the turn of every finished unit, and writes what the next one has ready.
void OrderedOutput::advance() {
  try_write([this] { write_finished_units(); });
  turn_.notify_all();
}

// If the output fails, whoever asks for error() is told.
bool OrderedOutput::try_write(const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const Error&) {
    error_ = std::current_exception();
    stopped_ = true;
    turn_.notify_all();
    return false;
  }
}

void OrderedOutput::write_finished_units() {
  while (!stopped_) {
    const auto found = pending_.find(current_);
    if (found == pending_.end()) break;
    write_now(found->second.text);
    held_bytes_ -= std::exchange(found->second.text, {}).size();
    if (!found->second.finished) break;
    if (found->second.error != nullptr) {
      error_ = found->second.error;
      stopped_ = true;
    }
    pending_.erase(found);
    ++current_;
  }
}

}  // namespace savvy
