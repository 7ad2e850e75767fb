#include "tests/include_rules.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/files.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

// What is wrong with one include in a file of `folder`.
std::string complaint(const std::string& folder, const std::string& include) {
  const Lines lines = wrong_includes(folder + "/a.cc", "#include " + include + "\n");
  return lines.empty() ? "fine" : lines.front();
}

bool is_source(const fs::path& path) {
  return path.extension() == ".h" || path.extension() == ".cc";
}

}  // namespace

TEST_CASE("the sources include one way down", "[include_rules]") {
  const fs::path root = SAVVY_SOURCE_DIR;
  int files = 0;
  for (const char* folder : {"format", "readers", "redistribute", "writers", "cli"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file() || !is_source(entry.path())) continue;
      ++files;
      const std::string path = fs::relative(entry.path(), root).string();
      CHECK(wrong_includes(path, read_text(entry.path())) == Lines{});
    }
  }
  // A wrong path would make this test pass on nothing.
  CHECK(files > 100);
}

TEST_CASE("a folder above is found out", "[include_rules]") {
  CHECK(complaint("format", "\"readers/a.h\"") ==
        "format/a.cc:1: readers/a.h: format must not include readers");
  CHECK(complaint("format", "\"cli/a.h\"") ==
        "format/a.cc:1: cli/a.h: format must not include cli");
  CHECK(complaint("readers", "\"cli/a.h\"") ==
        "readers/a.cc:1: cli/a.h: readers must not include cli");
  CHECK(complaint("cli", "\"tests/a.h\"") ==
        "cli/a.cc:1: tests/a.h: the program does not use its tests");
}

TEST_CASE("readers, writers and redistribute do not know each other", "[include_rules]") {
  for (const std::string from : {"readers", "writers", "redistribute"}) {
    for (const std::string to : {"readers", "writers", "redistribute"}) {
      const std::string expected =
          from == to ? "fine"
                     : from + "/a.cc:1: " + to + "/a.h: " + from + " must not include " + to;
      CHECK(complaint(from, "\"" + to + "/a.h\"") == expected);
    }
    CHECK(complaint(from, "\"format/a.h\"") == "fine");
    CHECK(complaint("cli", "\"" + from + "/a.h\"") == "fine");
  }
}

TEST_CASE("what is private to format", "[include_rules]") {
  for (const std::string header : {"format/detail/a.h", "format/types/a.h"}) {
    CHECK(complaint("format", "\"" + header + "\"") == "fine");
    for (const std::string folder : {"readers", "writers", "redistribute", "cli"}) {
      CHECK(complaint(folder, "\"" + header + "\"") ==
            folder + "/a.cc:1: " + header + ": private to format");
    }
  }
}

TEST_CASE("libraries have their folders", "[include_rules]") {
  CHECK(complaint("readers", "<rocksdb/db.h>") == "fine");
  CHECK(complaint("writers", "<rocksdb/db.h>") == "fine");
  CHECK(complaint("cli", "<rocksdb/db.h>") == "cli/a.cc:1: rocksdb/db.h: not a library of cli");
  CHECK(complaint("format", "\"rocksdb/db.h\"") ==
        "format/a.cc:1: rocksdb/db.h: not a library of format");
  CHECK(complaint("cli", "<CLI/CLI.hpp>") == "fine");
  CHECK(complaint("readers", "<CLI/CLI.hpp>") ==
        "readers/a.cc:1: CLI/CLI.hpp: not a library of readers");
  CHECK(complaint("redistribute", "<nlohmann/json.hpp>") ==
        "redistribute/a.cc:1: nlohmann/json.hpp: not a library of redistribute");
}

TEST_CASE("format opens no file and prints nothing", "[include_rules]") {
  for (const std::string header : {"fstream", "filesystem", "fcntl.h", "iostream"}) {
    CHECK(complaint("format", "<" + header + ">") ==
          "format/a.cc:1: " + header + ": format opens no file and prints nothing");
    CHECK(complaint("readers", "<" + header + ">") == "fine");
  }
  CHECK(complaint("format", "<string>") == "fine");
}

TEST_CASE("includes are found however they are written", "[include_rules]") {
  CHECK(wrong_includes("format/deep/a.h",
                       "// comment\n  #  include <fstream>\n#include\"cli/a.h\"\n") ==
        Lines{"format/deep/a.h:2: fstream: format opens no file and prints nothing",
              "format/deep/a.h:3: cli/a.h: format must not include cli"});
  CHECK(complaint("readers", "\"../cli/a.h\"") ==
        "readers/a.cc:1: ../cli/a.h: not a path from the project's root");
  CHECK(complaint("readers", "\"a.h\"") == "readers/a.cc:1: a.h: no folder in front");
  CHECK(wrong_includes("format/a.cc", "// #include <fstream>\n").empty());
  CHECK(wrong_includes("tests/a.cc", "#include <fstream>\n").empty());
}

}  // namespace savvy::testing
