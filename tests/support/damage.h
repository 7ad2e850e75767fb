// Copies of real snapshots with something wrong.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace savvy::testing {

// A key group of a keyed stream that lies in a file.
struct StoredKeyGroup {
  std::string operator_id;
  int subtask = 0;
  int key_group = 0;
  std::string file;  // relative to the snapshot
  std::uint64_t offset = 0;
};

// The key groups of one operator's keyed state, in the order of the rows of `dump`; empty ones left
// out.
std::vector<StoredKeyGroup> stored_key_groups(const std::filesystem::path& snapshot,
                                              const std::string& operator_uid);

void copy_snapshot(const std::filesystem::path& from, const std::filesystem::path& to);

// Writes bytes over those at an offset.
void overwrite(const std::filesystem::path& file, std::uint64_t offset, const std::string& bytes);

// Gives every relative handle of a snapshot the absolute URI that it would have in `folder_uri`.
void make_absolute(const std::filesystem::path& snapshot, const std::string& folder_uri);

}  // namespace savvy::testing
