#include "format/window_buffers.h"

#include <algorithm>
#include <utility>

namespace savvy {

std::span<std::uint8_t> WindowBuffers::next(Bytes kept, std::size_t capacity) {
  Buffer buffer = std::exchange(spare_, Buffer{});
  if (buffer.capacity < capacity) {
    buffer = {std::make_unique_for_overwrite<std::uint8_t[]>(capacity), capacity};
  }
  std::copy(kept.begin(), kept.end(), buffer.data.get());
  live_.push_back(std::move(buffer));
  return {live_.back().data.get(), capacity};
}

void WindowBuffers::release() {
  while (live_.size() > 1) {
    spare_ = std::move(live_.front());
    live_.erase(live_.begin());
  }
}

}  // namespace savvy
