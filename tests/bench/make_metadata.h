// Snapshots with much metadata, for `savvy check` and `savvy inspect`.

#pragma once

#include <cstddef>
#include <filesystem>

namespace savvy::bench {

// Incremental state with this many handles of files, all of which are there and hold a few bytes:
// 100 handles a subtask, 100 subtasks an operator.
void make_handles(const std::filesystem::path& folder, std::size_t count);

// The same of files in an object store, with long names as they have there.
void make_references(const std::filesystem::path& folder, std::size_t count);

// Operators of one subtask with operator state inline.
void make_operators(const std::filesystem::path& folder, std::size_t count);

}  // namespace savvy::bench
