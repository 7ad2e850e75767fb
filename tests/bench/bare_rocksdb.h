// What savvy is compared with: RocksDB alone, over the same files and with as many threads.
//
// The databases lie in folders of their own below the snapshot, under the names that RocksDB gives
// its files, so that it opens them in place.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace savvy::bench {

struct Scanned {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  // of keys and values
};

// Iterates all families of all databases.
Scanned scan(const std::filesystem::path& snapshot, unsigned threads);

// Iterates the same, and writes all entries into one plain file a family, each synced.
Scanned spill(const std::filesystem::path& snapshot, const std::filesystem::path& destination,
              unsigned threads);

// Reads what spill() wrote, in its order, and writes all entries into SST files, each synced.
Scanned write(const std::filesystem::path& spilled, const std::filesystem::path& destination,
              unsigned threads);

// Iterates the same, and writes all entries into SST files of `destination`, each synced.
Scanned rewrite(const std::filesystem::path& snapshot, const std::filesystem::path& destination,
                unsigned threads);

}  // namespace savvy::bench
