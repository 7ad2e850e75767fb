#include "cli/key_tally.h"

#include <algorithm>

namespace savvy {
namespace {

// What a key costs in the table beside its own bytes: node, string, bucket.
constexpr std::size_t kNodeBytes = 96;

std::size_t cost_of(std::string_view key) { return key.size() + kNodeBytes; }

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::size_t KeyTally::Hash::operator()(std::string_view key) const {
  return static_cast<std::size_t>(hash_bytes(bytes_of(key)));
}

void KeyTally::add(Bytes key, std::uint64_t entry_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(key.data()), key.size());
  if (last_ == nullptr || last_->first != text) {
    if (last_ != nullptr && text < last_->first) ascending_ = false;
    ++runs_;
    last_ = &find_or_add(text);
    if (table_bytes_ > limit_bytes_) make_room();
  }
  last_->second.bytes += entry_bytes;
  ++last_->second.entries;
}

KeyTally::Table::value_type& KeyTally::find_or_add(std::string_view key) {
  const auto found = table_.find(key);
  if (found != table_.end()) return *found;
  if (sketch_) sketch_->add(hash_bytes(bytes_of(key)));
  table_bytes_ += cost_of(key);
  return *table_.emplace(key, Total{}).first;
}

// Keeps the largest keys, in half of the memory, and the one at hand.
void KeyTally::make_room() {
  if (!sketch_) {
    sketch_.emplace();
    for (const auto& [key, total] : table_) sketch_->add(hash_bytes(bytes_of(key)));
  }
  std::vector<Table::iterator> keys;
  keys.reserve(table_.size());
  for (auto it = table_.begin(); it != table_.end(); ++it) keys.push_back(it);
  const auto forgotten = keys.begin() + static_cast<std::ptrdiff_t>(larger_keys(keys));
  for (auto key = forgotten; key != keys.end(); ++key) {
    if (&**key == last_) continue;
    table_bytes_ -= cost_of((*key)->first);
    table_.erase(*key);
  }
  // Where the largest keys alone exceed the memory, there is room for as many new ones.
  limit_bytes_ = std::max(budget_bytes_, 2 * table_bytes_);
}

// Puts the largest keys in front, as many as half of the memory takes but no fewer than are shown, and
// returns how many. Halves again and again: to sort them all took most of the time of stats.
std::size_t KeyTally::larger_keys(std::vector<Table::iterator>& keys) const {
  const auto larger = [](const Table::iterator& a, const Table::iterator& b) {
    return a->second.bytes != b->second.bytes ? a->second.bytes > b->second.bytes
                                              : a->first < b->first;
  };
  std::size_t bytes = table_bytes_;
  std::size_t count = keys.size();
  while (bytes > budget_bytes_ / 2 && count > top_count_) {
    const auto end = keys.begin() + static_cast<std::ptrdiff_t>(count);
    count = std::max(top_count_, count / 2);
    const auto middle = keys.begin() + static_cast<std::ptrdiff_t>(count);
    std::nth_element(keys.begin(), middle, end, larger);
    for (auto key = middle; key != end; ++key) bytes -= cost_of((*key)->first);
  }
  return count;
}

KeyCount KeyTally::count() const {
  if (!sketch_) return {table_.size(), true};
  if (ascending_) return {runs_, true};
  return {sketch_->estimate(), false};
}

std::vector<KeyTotal> KeyTally::largest() const {
  TopList<KeyTotal> top(top_count_);
  for (const auto& [key, total] : table_) {
    if (top.may_take(total.bytes)) top.add({key, total.bytes, total.entries});
  }
  return top.sorted();
}

}  // namespace savvy
