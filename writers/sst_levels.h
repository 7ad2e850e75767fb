// On which level of a family each of its files lies, when they come from several databases.
//
// Values  a file of level 1 or above keeps its level. Files of level 0 sink as far as nothing older
//         lies in their way: RocksDB orders level 0 by sequence number, and numbers of different
//         databases say nothing about each other; a long level 0 also stalls writing
// Source  RocksDB's VersionBuilder::CheckConsistency

#pragma once

#include <vector>

#include "format/sst_file.h"

namespace savvy {

constexpr std::int32_t kBottomLevel = 6;  // Flink leaves RocksDB's seven levels as they are

enum class LevelsFit { kYes, kNo };

// Sets the levels of all files of one family. kNo if RocksDB would refuse the result; then at least
// one of the databases is to be written anew, entry by entry.
LevelsFit settle_levels(std::vector<SstFile>& files);

}  // namespace savvy
