#include "redistribute/java_hash_order.h"

#include <bit>
#include <cstdint>
#include <unordered_set>

#include "format/java_hash.h"

namespace savvy {
namespace {

constexpr std::size_t kDefaultCapacity = 16;

using Bucket = std::vector<std::size_t>;

std::uint32_t spread_hash(std::string_view name) {
  const auto hash = static_cast<std::uint32_t>(java_hash_of_text(name));
  return hash ^ hash >> 16;
}

// The load factor is 0.75: with more entries a map grows.
std::size_t threshold(std::size_t capacity) { return capacity - capacity / 4; }

std::size_t capacity_for(std::size_t expected) {
  const std::size_t least = expected <= 2 ? expected + 1 : (expected * 4 + 2) / 3;
  return std::bit_ceil(least);
}

std::vector<std::size_t> in_order(const std::vector<Bucket>& buckets) {
  std::vector<std::size_t> order;
  for (const Bucket& bucket : buckets) order.insert(order.end(), bucket.begin(), bucket.end());
  return order;
}

// Growing keeps the order inside a bucket.
std::vector<Bucket> grown(const std::vector<Bucket>& buckets,
                          const std::vector<std::uint32_t>& hashes) {
  std::vector<Bucket> result(buckets.size() * 2);
  for (const std::size_t position : in_order(buckets)) {
    result[hashes[position] & (result.size() - 1)].push_back(position);
  }
  return result;
}

}  // namespace

std::vector<std::size_t> put_map_order(const std::vector<std::string_view>& names) {
  std::vector<Bucket> buckets(capacity_for(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    buckets[spread_hash(names[i]) & (buckets.size() - 1)].push_back(i);
  }
  return in_order(buckets);
}

std::vector<std::size_t> computed_map_order(const std::vector<std::string_view>& calls) {
  std::vector<Bucket> buckets(kDefaultCapacity);
  std::unordered_set<std::string_view> known;
  std::vector<std::uint32_t> hashes;
  std::size_t size = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    hashes.push_back(spread_hash(calls[i]));
    // computeIfAbsent grows before it looks, put after it added.
    if (size > threshold(buckets.size())) buckets = grown(buckets, hashes);
    if (!known.insert(calls[i]).second) continue;
    Bucket& bucket = buckets[hashes[i] & (buckets.size() - 1)];
    bucket.insert(bucket.begin(), i);
    ++size;
  }
  return in_order(buckets);
}

}  // namespace savvy
