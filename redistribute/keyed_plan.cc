#include "redistribute/keyed_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>

#include "format/errors.h"
#include "format/key_groups.h"

namespace savvy {
namespace {

KeyGroupRange intersection(const KeyGroupRange& a, const KeyGroupRange& b) {
  const std::int32_t first = std::max(a.first, b.first);
  return {first, std::max(0, std::min(a.end(), b.end()) - first)};
}

}  // namespace

std::optional<KeyedOverlap> find_overlap(const std::vector<KeyGroupRange>& old_ranges) {
  std::vector<std::size_t> order(old_ranges.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return old_ranges[i].empty(); });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return old_ranges[a].first < old_ranges[b].first;
  });
  // Until the first overlap each range ends before the next begins.
  for (std::size_t i = 1; i < order.size(); ++i) {
    const KeyGroupRange common = intersection(old_ranges[order[i - 1]], old_ranges[order[i]]);
    if (common.empty()) continue;
    return KeyedOverlap{std::min(order[i - 1], order[i]), std::max(order[i - 1], order[i]), common};
  }
  return std::nullopt;
}

void require_disjoint(const std::vector<KeyGroupRange>& old_ranges, std::int32_t max_parallelism,
                      std::string_view where) {
  for (std::size_t i = 0; i < old_ranges.size(); ++i) {
    const KeyGroupRange& range = old_ranges[i];
    // As stored the sum may be beyond 32 bits.
    const std::int64_t end = std::int64_t{range.first} + range.count;
    if (range.empty() || (range.first >= 0 && end <= max_parallelism)) continue;
    throw UnsupportedError(
        fmt::format("{}: keyed handle {} holds key groups {} to {}, of max parallelism {} there "
                    "are only 0 to {}",
                    where, i, range.first, end - 1, max_parallelism, max_parallelism - 1));
  }
  if (const std::optional<KeyedOverlap> overlap = find_overlap(old_ranges)) {
    throw UnsupportedError(fmt::format(
        "{}: key groups {} to {} are in keyed handle {} and in keyed handle {}; "
        "rewritten, their entries would be there twice",
        where, overlap->range.first, overlap->range.last(), overlap->first, overlap->second));
  }
}

std::vector<std::vector<KeyedPart>> plan_keyed(const std::vector<KeyGroupRange>& old_ranges,
                                               std::int32_t new_parallelism,
                                               std::int32_t max_parallelism) {
  assert(new_parallelism >= 1 && new_parallelism <= max_parallelism);
  std::vector<std::vector<KeyedPart>> plan(static_cast<std::size_t>(new_parallelism));
  for (std::size_t source = 0; source < old_ranges.size(); ++source) {
    const KeyGroupRange& range = old_ranges[source];
    if (range.empty()) continue;
    assert(range.first >= 0 && range.end() <= max_parallelism);
    const auto subtask_of = [&](std::int32_t key_group) {
      return subtask_of_key_group(key_group, new_parallelism, max_parallelism);
    };
    for (std::int32_t i = subtask_of(range.first); i <= subtask_of(range.last()); ++i) {
      const KeyGroupRange own = key_group_range(i, new_parallelism, max_parallelism);
      plan[static_cast<std::size_t>(i)].push_back({source, intersection(range, own)});
    }
  }
  return plan;
}

}  // namespace savvy
