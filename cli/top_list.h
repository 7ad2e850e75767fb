// The N largest of many things, with an order that no two of them share, so that the same things
// give the same list in whatever order they come.
//
// Values  an Item has a static before(a, b): whether a comes in front of b; and `bytes`, by which
//         the order goes first, descending

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace savvy {

template <typename Item>
class TopList {
 public:
  explicit TopList(std::size_t capacity) : capacity_(capacity) {}

  std::size_t capacity() const { return capacity_; }
  // False for what cannot get in, so that it need not be built; ties are decided by add().
  bool may_take(std::uint64_t bytes) const {
    return capacity_ > 0 && (heap_.size() < capacity_ || bytes >= heap_.front().bytes);
  }
  void add(Item item) {
    if (!may_take(item.bytes)) return;
    if (heap_.size() == capacity_) {
      if (!Item::before(item, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), Item::before);
      heap_.back() = std::move(item);
    } else {
      heap_.push_back(std::move(item));
    }
    std::push_heap(heap_.begin(), heap_.end(), Item::before);
  }
  void merge(TopList&& other) {
    for (Item& item : other.heap_) add(std::move(item));
    other.heap_.clear();
  }

  // Largest first.
  std::vector<Item> sorted() const {
    std::vector<Item> items = heap_;
    std::sort(items.begin(), items.end(), Item::before);
    return items;
  }

 private:
  std::size_t capacity_;
  std::vector<Item> heap_;  // the last of the order in front
};

}  // namespace savvy
