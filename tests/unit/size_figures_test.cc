#include "cli/size_figures.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <vector>

namespace savvy {
namespace {

SizeFigures figures_of(const std::vector<std::uint64_t>& sizes) {
  SizeFigures figures;
  for (const std::uint64_t size : sizes) figures.add(size);
  return figures;
}

// The smallest size that 99 of 100 do not exceed, by sorting.
std::uint64_t sorted_p99(std::vector<std::uint64_t> sizes) {
  std::sort(sizes.begin(), sizes.end());
  return sizes[(sizes.size() * 99 + 99) / 100 - 1];
}

}  // namespace

TEST_CASE("figures of nothing and of one size", "[size_figures]") {
  const SizeFigures none;
  CHECK(none.count() == 0);
  CHECK(none.mean() == 0);
  CHECK(none.p99().value == 0);
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  const SizeFigures one = figures_of({kMax});
  CHECK(one.min() == kMax);
  CHECK(one.max() == kMax);
  CHECK(one.p99().value == kMax);
  CHECK(one.p99().exact);
}

TEST_CASE("the percentile of small sizes is exact", "[size_figures]") {
  std::vector<std::uint64_t> sizes;
  for (std::uint64_t size = 0; size < 256; ++size) {
    sizes.push_back(size);
    const SizeFigures::Quantile p99 = figures_of(sizes).p99();
    CHECK(p99.value == sorted_p99(sizes));
    CHECK(p99.exact);
  }
}

TEST_CASE("the percentile of larger sizes is at most 1/128 too large", "[size_figures]") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint64_t> sizes(1 + random() % 700);
    const int shift = static_cast<int>(random() % 60);
    for (std::uint64_t& size : sizes) size = random() >> shift >> random() % 4;
    const std::uint64_t wanted = sorted_p99(sizes);
    const SizeFigures figures = figures_of(sizes);
    const SizeFigures::Quantile p99 = figures.p99();
    CHECK(p99.value >= wanted);
    CHECK(p99.value - wanted <= wanted / 128);
    CHECK(p99.value <= figures.max());
    if (p99.exact) CHECK(p99.value == wanted);
  }
}

TEST_CASE("figures merge to those of all sizes", "[size_figures]") {
  const std::vector<std::uint64_t> first = {5, 70'000, 3};
  const std::vector<std::uint64_t> second = {1, 2, 900, 1'000'000};
  SizeFigures merged = figures_of(first);
  merged.merge(SizeFigures());
  merged.merge(figures_of(second));
  CHECK(merged.count() == 7);
  CHECK(merged.total() == 1'070'911);
  CHECK(merged.min() == 1);
  CHECK(merged.max() == 1'000'000);
  CHECK(merged.mean() == Approx(1'070'911.0 / 7));
  SizeFigures other = figures_of(second);
  other.merge(figures_of(first));
  CHECK(other.p99().value == merged.p99().value);
  SizeFigures empty;
  empty.merge(merged);
  CHECK(empty.min() == 1);
}

}  // namespace savvy
