// Which pieces of a snapshot `check --read-data=PERCENT` reads.
//
// Values  a piece is a key group, a block of list elements, ...: chosen by a hash of where it
//         stands, so the same for every run and any number of threads; what a smaller share takes a
//         larger one takes too
// Threads several threads may ask at the same time

#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace savvy {

// Where a piece stands, apart from its number.
struct SampleStretch {
  std::string_view operator_id;
  std::int32_t subtask = 0;
  std::string_view slot;
  std::string_view state;
};

class Sample {
 public:
  explicit Sample(double percent);

  bool takes(const SampleStretch& stretch, std::uint64_t piece);

  bool took_something() const { return taken_.load() > 0; }
  bool left_something() const { return least_left_.load() != kNothingLeft; }
  // From here on also takes the piece that is the first to come with a larger share: so that no
  // share, however small, reads nothing of a snapshot that holds something.
  void take_one_more();

 private:
  static constexpr std::uint64_t kNothingLeft = UINT64_MAX;

  std::uint64_t limit_;  // of the hash, inclusive
  std::atomic<std::uint64_t> taken_ = 0;
  std::atomic<std::uint64_t> least_left_ = kNothingLeft;
};

}  // namespace savvy
