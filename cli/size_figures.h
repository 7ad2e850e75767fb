// How large many things are: count, total, smallest, mean, largest, and the 99th percentile.
//
// Values  all are exact but the percentile of sizes from 256 on: sizes are counted in buckets, 128
//         to each doubling, and the upper end of the bucket stands for the size, which is then at
//         most 1/128 (0.8 %) too large and never too small
// Lives   a value; merging in any order and grouping gives the same figures

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace savvy {

class SizeFigures {
 public:
  void add(std::uint64_t size);
  void merge(const SizeFigures& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t total() const { return total_; }
  // 0 if nothing was added, as are all below.
  std::uint64_t min() const { return min_; }
  std::uint64_t max() const { return max_; }
  double mean() const;

  struct Quantile {
    std::uint64_t value = 0;
    bool exact = true;
  };
  // The smallest size that 99 of 100 things do not exceed.
  Quantile p99() const;

 private:
  std::uint64_t count_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t min_ = 0;
  std::uint64_t max_ = 0;
  std::vector<std::uint64_t> buckets_;  // as many as the largest size needs
};

}  // namespace savvy
