// The snapshots of the benchmark.
//
// Two operators, one keyed by Long and one by String, each with two subtasks over 64 of 128 key
// groups: a Long value, a list of Long that grows by merges, a POJO, and a map of String to Long.
// A fifth of the writes change what was there, a twentieth delete it.

#pragma once

#include <cstdint>
#include <filesystem>

namespace savvy::bench {

// An incremental checkpoint with about this many bytes of files, made by RocksDB itself; and
// keys.txt, a few Long keys of it. The same numbers give the same entries.
void make_rocksdb(const std::filesystem::path& folder, std::uint64_t size_bytes,
                  std::uint64_t seed);

// The same state as a canonical savepoint.
void make_canonical(const std::filesystem::path& rocksdb, const std::filesystem::path& folder);

}  // namespace savvy::bench
