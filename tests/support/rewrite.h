// Writes every stream of a snapshot anew in all ways that apply, and compares.

#pragma once

#include <string>
#include <vector>

#include "readers/snapshot.h"

namespace savvy::testing {

// How many streams were written in each way.
struct RewriteCounts {
  int canonical = 0;          // copied, and from entries
  int heap = 0;               // copied, and from stored entries
  int canonical_to_heap = 0;  // and read back as the same entries
  int heap_from_entries = 0;
  int heap_to_canonical = 0;
  int not_converted = 0;  // types that cannot be walked
  int not_divided = 0;    // written as heap, where values of unknown length cannot be read back
  int operator_state = 0;
  int raw_operator = 0;
  int raw_keyed = 0;

  RewriteCounts& operator+=(const RewriteCounts& other);
};

// What went wrong goes to `problems`, each with its place.
RewriteCounts rewrite_all(const Snapshot& snapshot, std::vector<std::string>& problems);

}  // namespace savvy::testing
