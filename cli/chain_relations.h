// How the snapshots of a set hang together: which builds on which, which files the same ones need,
// and what breaks if some are deleted. Members and files by their numbers in the set.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/snapshot_set.h"

namespace savvy {

// The snapshot whose files an increment takes over: the last before it that shares any.
struct ChainBase {
  std::size_t member = 0;
  std::uint64_t file_count = 0;
  std::uint64_t bytes = 0;
};
std::vector<std::optional<ChainBase>> find_bases(const SnapshotSet& set);

// Files that the same members need.
struct ChainGroup {
  std::vector<std::size_t> members;
  std::vector<std::size_t> files;
  std::uint64_t bytes = 0;
  std::uint64_t missing_count = 0;
};
std::vector<ChainGroup> group_files(const SnapshotSet& set);

// What deleting the directories of some members brings about.
struct Deletion {
  struct Broken {
    std::size_t member = 0;
    std::vector<std::size_t> files;  // that would be gone
  };
  std::vector<std::size_t> deleted;
  std::vector<Broken> broken;
  // Those that need a file of which nothing is known here, so that it may be in the directories.
  struct Unknown {
    std::size_t member = 0;
    std::string uri;
  };
  std::vector<Unknown> unknown;
  std::uint64_t freed_bytes = 0;  // in the directories
  // Files elsewhere that nobody needs any more.
  std::uint64_t orphan_count = 0;
  std::uint64_t orphan_bytes = 0;
};
Deletion delete_members(const SnapshotSet& set, const std::vector<std::size_t>& deleted);

}  // namespace savvy
