#include "cli/ordered_output.h"

#include <algorithm>
#include <utility>

#include "format/byte_units.h"
#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::size_t kMaxHeldBytes = 32 * kMiB;
// What the allocator would give back to the system.
constexpr std::size_t kSpareBytes = 64 * kKiB;
constexpr std::size_t kMaxSpareBytes = 8 * kMiB;

}  // namespace

bool OrderedOutput::write(std::size_t unit, std::string&& text) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return stopped_ || unit == current_ || held_bytes_ < kMaxHeldBytes; });
  if (stopped_) return false;
  bool written = true;
  if (unit != current_) {
    hold(unit, text);
  } else {
    // What the unit produced before its turn stands first; advance() has written it.
    written = try_write([&] { write_now(text); });
  }
  text.clear();
  return written;
}

void OrderedOutput::hold(std::size_t unit, std::string& text) {
  held_bytes_ += text.size();
  std::vector<std::string>& pieces = pending_[unit].pieces;
  // A short text must not keep the memory of a long one.
  if (text.size() < text.capacity() / 2) return pieces.push_back(text);
  pieces.push_back(std::move(text));
  text = std::string();
  if (spare_.empty()) return;
  text = std::move(spare_.back());
  spare_.pop_back();
  spare_bytes_ -= text.capacity();
}

void OrderedOutput::keep_spare(std::string&& text) {
  const std::size_t bytes = text.capacity();
  if (bytes < kSpareBytes || spare_bytes_ + bytes > kMaxSpareBytes) return;
  spare_.push_back(std::move(text));
  spare_bytes_ += bytes;
}

void OrderedOutput::finish(std::size_t unit, std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  Pending& pending = pending_[unit];
  pending.finished = true;
  pending.error = std::move(error);
  if (unit == current_) advance();
}

void OrderedOutput::abort(std::exception_ptr error) noexcept {
  const std::lock_guard lock(mutex_);
  if (error_ == nullptr) error_ = std::move(error);
  stopped_ = true;
  turn_.notify_all();
}

bool OrderedOutput::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::exception_ptr OrderedOutput::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void OrderedOutput::write_now(std::string_view text) {
  const std::size_t skipped = std::min(skipped_bytes_, text.size());
  text.remove_prefix(skipped);
  skipped_bytes_ -= skipped;
  output_.write(text);
  if (progress_ != nullptr) progress_->add_written(text.size());
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
    for (std::string& piece : std::exchange(found->second.pieces, {})) {
      held_bytes_ -= piece.size();
      write_now(piece);
      piece.clear();
      keep_spare(std::move(piece));
    }
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
