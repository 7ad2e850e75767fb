// Every stream of the snapshots of testdata, written anew.

#include <catch2/catch.hpp>
#include <filesystem>

#include "readers/local_storage.h"
#include "tests/support/files.h"
#include "tests/support/rewrite.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kTestdata = fs::path(SAVVY_SOURCE_DIR) / "testdata";

PathMap paths_of(const fs::path& folder) {
  PathMap paths;
  if (!fs::exists(folder / "map")) return paths;
  std::string rule = read_text(folder / "map");
  rule.erase(rule.find_last_not_of('\n') + 1);
  rule.insert(rule.rfind('=') + 1, SAVVY_SOURCE_DIR "/");
  paths.add_rule(rule);
  return paths;
}

}  // namespace

TEST_CASE("streams of real snapshots are written as they were", "[rewrite]") {
  const LocalStorage storage;
  RewriteCounts counts;
  std::vector<std::string> problems;
  for (const auto& entry : fs::recursive_directory_iterator(kTestdata)) {
    if (entry.path().filename() != "_metadata") continue;
    const fs::path inside = entry.path().lexically_relative(kTestdata);
    const Snapshot snapshot(entry.path().string(), paths_of(kTestdata / *inside.begin()), storage);
    counts += rewrite_all(snapshot, problems);
  }
  CAPTURE(counts.canonical, counts.heap, counts.canonical_to_heap, counts.heap_from_entries,
          counts.heap_to_canonical, counts.not_converted, counts.not_divided, counts.operator_state,
          counts.raw_operator, counts.raw_keyed);
  CHECK(problems == std::vector<std::string>{});
  // Test data that is not found would make this pass on nothing.
  CHECK(counts.canonical > 100);
  CHECK(counts.canonical_to_heap > 100);
  CHECK(counts.heap > 50);
  CHECK(counts.heap_from_entries > 50);
  CHECK(counts.heap_to_canonical > 50);
  CHECK(counts.operator_state > 100);
  CHECK(counts.raw_keyed > 0);
  CHECK(counts.not_converted == 0);
}

}  // namespace savvy::testing
