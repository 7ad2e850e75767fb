// Snapshots of one kind of entries whose shape is asked for: what shows how cost grows.

#pragma once

#include <cstdint>
#include <filesystem>

#include "tests/bench/entry_kinds.h"

namespace savvy::bench {

struct KeyedShape {
  std::uint64_t entries = 0;  // of all operators, fewer than 2^32 an operator
  std::int32_t operators = 1;
  std::int32_t subtasks = 1;
  std::int32_t key_groups = 128;
};

// A canonical savepoint.
void make_keyed(const std::filesystem::path& folder, const EntryKind& kind,
                const KeyedShape& shape);

// A RocksDB checkpoint of one subtask whose state lies in so many files, one behind the other.
void make_sst_files(const std::filesystem::path& folder, const EntryKind& kind,
                    std::uint64_t entries, std::size_t files);

}  // namespace savvy::bench
