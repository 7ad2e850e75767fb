// Bytes in memory as a source that hands out the smallest windows allowed: every field of a parser
// lies over an edge.

#pragma once

#include <algorithm>
#include <deque>

#include "format/byte_source.h"

namespace savvy::testing {

class SmallWindows final : public ByteSource {
 public:
  explicit SmallWindows(Bytes bytes) : left_(bytes) {}

  Bytes extend(Bytes kept, std::size_t wanted) override {
    const std::size_t fresh = std::min(left_.size(), wanted - std::min(wanted, kept.size()));
    ByteVector window(kept.begin(), kept.end());
    window.insert(window.end(), left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(fresh));
    left_ = left_.subspan(fresh);
    return windows_.emplace_back(std::move(window));
  }
  std::uint64_t unread_bytes() const override { return left_.size(); }
  void release() override {
    while (windows_.size() > 1) windows_.pop_front();
  }
  std::string_view file() const override { return "f"; }
  std::uint64_t start_offset() const override { return 0; }

 private:
  Bytes left_;
  std::deque<ByteVector> windows_;
};

}  // namespace savvy::testing
