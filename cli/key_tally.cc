#include "cli/key_tally.h"

#include <algorithm>

namespace savvy {
namespace {

// What a key costs in the table beside its own bytes: node, string, bucket.
constexpr std::size_t kNodeBytes = 96;

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
  table_bytes_ += key.size() + kNodeBytes;
  return *table_.emplace(key, Total{}).first;
}

// Keeps the largest keys, in half of the memory, and the one at hand.
void KeyTally::make_room() {
  if (!sketch_) {
    sketch_.emplace();
    for (const auto& [key, total] : table_) sketch_->add(hash_bytes(bytes_of(key)));
  }
  std::vector<Table::iterator> order;
  for (auto it = table_.begin(); it != table_.end(); ++it) order.push_back(it);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a->second.bytes != b->second.bytes ? a->second.bytes > b->second.bytes
                                              : a->first < b->first;
  });
  table_bytes_ = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const Table::iterator key = order[rank];
    const std::size_t cost = key->first.size() + kNodeBytes;
    const bool fits = rank < top_count_ || table_bytes_ + cost <= budget_bytes_ / 2;
    if (&*key != last_ && !fits) {
      table_.erase(key);
    } else {
      table_bytes_ += cost;
    }
  }
  // Where the largest keys alone exceed the memory, there is room for as many new ones.
  limit_bytes_ = std::max(budget_bytes_, 2 * table_bytes_);
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
