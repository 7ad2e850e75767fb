#include "readers/moved_files.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "readers/path_map.h"
#include "tests/support/message_of.h"
#include "tests/support/temp_folder.h"

namespace savvy {
namespace {

using namespace testing;

std::string rule_for(const std::string& missing_path, const std::string& uri,
                     const std::string& snapshot) {
  return suggest_map_rule(missing_path, uri, snapshot).value_or("none");
}

}  // namespace

TEST_CASE("the metadata of a snapshot", "[moved_files]") {
  const TempFolder folder;
  folder.add("chk-1/_metadata");
  CHECK(find_metadata(folder.path("chk-1"), PathMap()) == folder.path("chk-1/_metadata"));
  CHECK(find_metadata(folder.path("chk-1/_metadata"), PathMap()) == folder.path("chk-1/_metadata"));
  // Opening says what is wrong with what is not there.
  CHECK(find_metadata(folder.path("none"), PathMap()) == folder.path("none"));
}

TEST_CASE("a folder without snapshots", "[moved_files]") {
  const TempFolder folder;
  CHECK(message_of<IoError>([&] { find_metadata(folder.path(), PathMap()); }) ==
        folder.path() + ": no _metadata in this directory");
}

TEST_CASE("the root of checkpoints: they are named, newest first", "[moved_files]") {
  const TempFolder folder;
  folder.add("chk-9/_metadata");
  folder.add("chk-10/_metadata");
  folder.add("chk-11/f");
  folder.add("shared/f");
  CHECK(message_of<IoError>([&] { find_metadata(folder.path(), PathMap()); }) ==
        folder.path() + ": no _metadata in this directory; snapshots found below it:\n  " +
            folder.path("chk-10") + "\n  " + folder.path("chk-9"));
}

TEST_CASE("snapshots below a job's folder are found, deeper ones are not", "[moved_files]") {
  const TempFolder folder;
  folder.add("job/chk-3/_metadata");
  folder.add("a/b/c/d/chk-4/_metadata");
  CHECK(message_of<IoError>([&] { find_metadata(folder.path(), PathMap()); }) ==
        folder.path() + ": no _metadata in this directory; snapshots found below it:\n  " +
            folder.path("job/chk-3"));
}

TEST_CASE("of many snapshots five are named", "[moved_files]") {
  const TempFolder folder;
  for (int i = 1; i <= 7; ++i) folder.add("chk-" + std::to_string(i) + "/_metadata");
  std::string expected =
      folder.path() + ": no _metadata in this directory; snapshots found below it:";
  for (int i = 7; i > 2; --i) expected += "\n  " + folder.path("chk-" + std::to_string(i));
  CHECK(message_of<IoError>([&] { find_metadata(folder.path(), PathMap()); }) ==
        expected + "\n  and 2 more");
}

TEST_CASE("a file beside its snapshot is found by the longest tail of its path", "[moved_files]") {
  const TempFolder folder;
  folder.add("new/chk-1/_metadata");
  folder.add("new/shared/f");
  folder.add("new/chk-1/f");  // a shorter tail, nearer
  const std::string rule =
      rule_for("/old/root/shared/f", "s3://bucket/old/root/shared/f", folder.path("new/chk-1"));
  CHECK(rule == "s3://bucket/old/root=" + folder.path("new"));
  PathMap paths;
  paths.add_rule(rule);
  CHECK(paths.to_local("s3://bucket/old/root/shared/f") == folder.path("new/shared/f"));
}

TEST_CASE("of folders with the same tail the nearest is named", "[moved_files]") {
  const TempFolder folder;
  folder.add("shared/f");
  folder.add("new/shared/f");
  folder.add("new/chk-1/_metadata");
  CHECK(rule_for("/old/shared/f", "file:/old/shared/f", folder.path("new/chk-1")) ==
        "file:/old=" + folder.path("new"));
}

TEST_CASE("no rule where nothing is found", "[moved_files]") {
  const TempFolder folder;
  folder.add("chk-1/_metadata");
  CHECK(rule_for("/old/shared/f", "file:/old/shared/f", folder.path("chk-1")) == "none");
}

TEST_CASE("no rule that would not apply to the URI", "[moved_files]") {
  const TempFolder folder;
  folder.add("chk-1/_metadata");
  folder.add("f");
  folder.add("mnt/shared/g");
  // Relative handles are not mapped.
  CHECK(rule_for(folder.path("chk-1/f"), "f", folder.path("chk-1")) == "none");
  // The path comes from another rule: of its tail only "shared/g" is in the URI too.
  CHECK(rule_for("/else/mnt/shared/g", "s3://b/shared/g", folder.path("chk-1")) == "none");
}

}  // namespace savvy
