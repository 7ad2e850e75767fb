// The memory behind a moving window: each new window starts with what is kept of the last one.
//
// Windows stay where they are until release(); then all but the newest are reused. With one release
// per entry, two buffers alternate.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "format/bytes.h"

namespace savvy {

class WindowBuffers {
 public:
  // A window with room for `capacity` bytes that starts with a copy of `kept`.
  std::span<std::uint8_t> next(Bytes kept, std::size_t capacity);
  void release();

 private:
  struct Buffer {
    std::unique_ptr<std::uint8_t[]> data;
    std::size_t capacity = 0;
  };
  std::vector<Buffer> live_;  // the newest window is the last
  Buffer spare_;
};

}  // namespace savvy
