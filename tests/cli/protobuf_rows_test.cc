// dump --format protobuf holds what dump holds.

#include <catch2/catch.hpp>

#include "tests/cli/testdata.h"
#include "tests/support/state_row_json.h"

namespace savvy::testing {
namespace {

std::string dump(const std::filesystem::path& snapshot, const std::string& options) {
  return run_savvy("dump " + snapshot_arguments(snapshot) + " --keep-going " + options).out;
}

}  // namespace

TEST_CASE("protobuf rows are the JSON rows of every snapshot", "[protobuf]") {
  std::size_t bytes = 0;
  for (const auto& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    const std::string rows = dump(snapshot, "");
    CHECK(state_rows_as_jsonl(dump(snapshot, "--format protobuf")) == rows);
    bytes += rows.size();
  }
  CHECK(bytes > 1'000'000);
}

TEST_CASE("protobuf rows respect the limit and the columns asked for", "[protobuf]") {
  const auto snapshot = testdata_folder("flink2.3-hashmap-canonical");
  const std::string options = "--keys-only --limit 40 --sort ";
  const std::string rows = dump(snapshot, options);
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 40);
  CHECK(state_rows_as_jsonl(dump(snapshot, options + "--format protobuf")) == rows);
}

}  // namespace savvy::testing
