// Looking for snapshots below a folder, and one name for a file of many.

#include "readers/snapshot_scan.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "format/errors.h"
#include "readers/local_storage.h"
#include "readers/real_paths.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> paths_of(const std::vector<ScannedFile>& files, const std::string& root) {
  std::vector<std::string> paths;
  for (const ScannedFile& file : files) {
    paths.push_back(fs::path(file.path).lexically_relative(root).string());
  }
  return paths;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("a scan finds snapshots at any depth, by path", "[check][scan]") {
  const TempFolder folder;
  folder.add("z/_metadata");
  folder.add("a/b/c/d/e/_metadata", "12345");
  folder.add("a/file");
  folder.add("_metadata");
  folder.add("a/_metadata.part");
  fs::create_directories(folder.path("folder/_metadata"));
  mkfifo(folder.path("a/pipe").c_str(), 0600);
  const FolderScan scan = scan_folder(folder.path() + "//");
  CHECK(paths_of(scan.metadata, folder.path()) ==
        Paths{"_metadata", "a/b/c/d/e/_metadata", "z/_metadata"});
  CHECK(scan.metadata[1].size_bytes == 5);
  CHECK(paths_of(scan.files, folder.path()) ==
        Paths{"_metadata", "a/_metadata.part", "a/b/c/d/e/_metadata", "a/file", "z/_metadata"});
  CHECK(scan.problems.empty());
}

TEST_CASE("a scan enters each folder once, by its own name where it has one", "[check][scan]") {
  const TempFolder folder;
  const TempFolder outside;
  folder.add("z-real/_metadata");
  outside.add("x/_metadata");
  outside.add("single");
  fs::create_directory_symlink(folder.path("z-real"), folder.path("a-link"));
  fs::create_directory_symlink(folder.path(), folder.path("z-real/circle"));
  fs::create_directory_symlink(outside.path(), folder.path("b-link"));
  fs::create_directory_symlink(outside.path(), folder.path("c-link"));
  fs::create_symlink("self", folder.path("self"));
  fs::create_symlink("nowhere", folder.path("dangling"));
  fs::create_directories(folder.path("by-link"));
  fs::create_symlink(folder.path("z-real/_metadata"), folder.path("by-link/_metadata"));
  const FolderScan scan = scan_folder(folder.path());
  CHECK(paths_of(scan.metadata, folder.path()) ==
        Paths{"b-link/x/_metadata", "by-link/_metadata", "z-real/_metadata"});
  CHECK(paths_of(scan.files, folder.path()) == Paths{"z-real/_metadata"});
  CHECK(paths_of(scan.linked, folder.path()) ==
        Paths{"b-link/single", "b-link/x/_metadata", "by-link/_metadata"});
  CHECK(scan.links.size() == 7);
  REQUIRE(scan.problems.size() == 2);
  CHECK(scan.problems[0].text == folder.path("dangling") + ": a link that leads nowhere");
  CHECK(scan.problems[1].path == folder.path("self"));
  for (const ScanProblem& problem : scan.problems) {
    CHECK(problem.trouble == ScanTrouble::kLeadsNowhere);
  }
}

TEST_CASE("a root that is no folder is refused", "[check][scan]") {
  const TempFolder folder;
  CHECK_THROWS_AS(scan_folder(folder.path("none")), IoError);
  CHECK_THROWS_AS(scan_folder(folder.add("file")), IoError);
}

TEST_CASE("what became of metadata that cannot be opened is told", "[check][scan]") {
  const TempFolder folder;
  const LocalStorage storage;
  const ScannedSnapshot damaged = open_scanned(folder.add("_metadata", "none"), {}, storage);
  CHECK_FALSE(damaged.snapshot);
  REQUIRE(damaged.problems.size() == 1);
  CHECK(damaged.problems[0].trouble == ScanTrouble::kUnreadable);
  const ScannedSnapshot gone = open_scanned(folder.path("chk-1/_metadata"), {}, storage);
  REQUIRE(gone.problems.size() == 1);
  CHECK(gone.problems[0].trouble == ScanTrouble::kVanished);
}

TEST_CASE("all ways to a file come to one path", "[check][scan]") {
  const TempFolder folder;
  const std::string file = folder.add("a/b/file");
  fs::create_directory_symlink(folder.path("a"), folder.path("link"));
  fs::create_symlink(file, folder.path("a/link-to-file"));
  RealPaths paths;
  CHECK(paths.of(file) == file);
  CHECK(paths.of(folder.path() + "//a/./b/../b//file") == file);
  CHECK(paths.of(folder.path("link/b/file")) == file);
  CHECK(paths.of(folder.path("link/link-to-file")) == file);
  CHECK(paths.of(folder.path("link/")) == folder.path("a"));
  // What is missing stays as it is called.
  CHECK(paths.of(folder.path("link/b/none")) == folder.path("a/b/none"));
  CHECK(paths.of(folder.path("none/../x/file")) == folder.path("x/file"));
  CHECK(normalized_path("/a//b/../c/") == "/a/c");
}

}  // namespace savvy::testing
