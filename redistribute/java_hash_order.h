// The order in which a java.util.HashMap with string keys is iterated.
//
// Flink deals out SPLIT states one after another in that order, and where one ends the next begins:
// who wants to place elements as Flink does has to know it.
//
// Values  buckets ascending by (h ^ h >>> 16) & (capacity - 1), h = String.hashCode. Exact while no
//         bucket holds eight names; then HashMap turns the bucket into a tree
// Source  java.util.HashMap; CollectionUtil.newHashMapWithExpectedSize for the first function

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace savvy {

// Positions in `names`, in the order of a map made for that many entries and filled by put(): later
// names stand last in their bucket. The names differ.
std::vector<std::size_t> put_map_order(const std::vector<std::string_view>& names);

// The same for a map that starts empty and is filled by computeIfAbsent(): later names stand first
// in their bucket. Names may repeat; the position is that of a name's first call.
std::vector<std::size_t> computed_map_order(const std::vector<std::string_view>& calls);

}  // namespace savvy
