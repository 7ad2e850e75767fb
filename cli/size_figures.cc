#include "cli/size_figures.h"

#include <algorithm>
#include <bit>

namespace savvy {
namespace {

// Buckets to each doubling. Up to twice as many sizes have a bucket of their own.
constexpr std::size_t kBucketsPerDoubling = 128;
constexpr int kExactBits = 8;

std::size_t bucket_of(std::uint64_t size) {
  const int shift = std::max(static_cast<int>(std::bit_width(size)) - kExactBits, 0);
  return static_cast<std::size_t>(shift) * kBucketsPerDoubling +
         static_cast<std::size_t>(size >> shift);
}

struct SizeRange {
  std::uint64_t first;
  std::uint64_t last;
};

SizeRange range_of(std::size_t bucket) {
  if (bucket < 2 * kBucketsPerDoubling) return {bucket, bucket};
  const std::size_t shift = bucket / kBucketsPerDoubling - 1;
  const std::uint64_t first = std::uint64_t{bucket - shift * kBucketsPerDoubling} << shift;
  return {first, first + ((std::uint64_t{1} << shift) - 1)};
}

}  // namespace

void SizeFigures::add(std::uint64_t size) {
  min_ = count_ == 0 ? size : std::min(min_, size);
  max_ = std::max(max_, size);
  ++count_;
  total_ += size;
  const std::size_t bucket = bucket_of(size);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
}

void SizeFigures::merge(const SizeFigures& other) {
  if (other.count_ == 0) return;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
  total_ += other.total_;
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
}

double SizeFigures::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(total_) / static_cast<double>(count_);
}

SizeFigures::Quantile SizeFigures::p99() const {
  // Rounded up: the rank of the size, counted from 1.
  const std::uint64_t rank = count_ - count_ / 100;
  if (rank == count_) return {max_, true};
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    below += buckets_[bucket];
    if (below < rank) continue;
    const SizeRange range = range_of(bucket);
    return {std::min(range.last, max_), range.first == std::min(range.last, max_)};
  }
  return {max_, true};
}

}  // namespace savvy
