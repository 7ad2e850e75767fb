// On which level of a family each of its files lies, when they come from several databases.
//
// Values  levels stay as they are where RocksDB takes them: always, if all files are of one
//         database. Level 0 is ordered by sequence number, and numbers of several databases say
//         nothing about each other; then files sink, each as far as nothing older is in its way
// Source  RocksDB's VersionBuilder::CheckConsistency

#pragma once

#include <vector>

#include "format/sst_file.h"

namespace savvy {

constexpr std::int32_t kBottomLevel = 6;  // Flink leaves RocksDB's seven levels as they are

enum class LevelsFit { kYes, kNo };

// Files of different databases do not overlap. Sets the levels of all files of one family. kNo if RocksDB would refuse the result; then at least
// one of the databases is to be written anew, entry by entry.
LevelsFit settle_levels(std::vector<SstFile>& files);

}  // namespace savvy
