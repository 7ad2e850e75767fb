// Private to readers: whether the files of a database that say what it is made of can be read, and
// agree with the files that the handle lists.
//
// Source  RocksDB's VersionSet::GetCurrentManifestPath, VersionEditHandler,
//         VersionBuilder::CheckConsistency; RocksDBOptionsParser

#pragma once

#include <optional>
#include <set>
#include <string>

#include "format/finding.h"
#include "format/rocksdb_manifest.h"
#include "readers/check/database_files.h"

namespace savvy {

struct ReadManifest {
  RocksdbManifest content;
  const LocalFile* file = nullptr;
};

// What CURRENT names; nothing if it cannot be read.
std::optional<ReadManifest> check_manifest(const DatabaseFiles& files, FindingSink& findings);

// The files that the handle lists are those of the MANIFEST.
void check_listed_files(const DatabaseFiles& files, const ReadManifest& manifest,
                        FindingSink& findings);

// Each state has a family, and the other way round.
void check_families(const DatabaseFiles& files, const ReadManifest& manifest,
                    const std::set<std::string>& states, FindingSink& findings);

}  // namespace savvy
