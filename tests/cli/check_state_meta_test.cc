// check --read-data on what stands around the files of a database: the stream that describes its
// states, and the key groups of its handle.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "format/metadata.h"
#include "tests/cli/check_run.h"
#include "tests/cli/testdata.h"
#include "tests/support/damage.h"
#include "tests/support/dumpable.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCompressionFlag = 4;

// A copy of a native savepoint of RocksDB, with the meta stream of one handle.
class DescribedStates {
 public:
  DescribedStates() {
    copy_snapshot(testdata_folder("flink1.20-rocksdb-native"), path_);
    for (const OperatorState& op : read_metadata(path_).operators) {
      for (const Subtask& subtask : op.subtasks) {
        const auto* files = handle_as<IncrementalHandle>(subtask.managed_keyed_state);
        if (files == nullptr) continue;
        const auto* meta = handle_as<RelativeFileHandle>(files->meta);
        if (meta != nullptr) meta_ = path_ / meta->path;
      }
    }
    REQUIRE(!meta_.empty());
  }

  std::string meta() const { return read_text(meta_); }
  std::string file() const { return meta_.string(); }

  // What is found with these bytes in place of the meta stream.
  std::vector<Json> check_with(const std::string& bytes) const {
    const std::string before = meta();
    std::ofstream(meta_, std::ios::binary) << bytes;
    const Run run = run_savvy("check --read-data --format jsonl " + shell_word(path_.string()));
    std::ofstream(meta_, std::ios::binary) << before;
    return parse_lines(run.out);
  }

 private:
  TempFolder folder_;
  fs::path path_ = folder_.path("a/snapshot");
  fs::path meta_;
};

}  // namespace

TEST_CASE("SV201: the stream that describes the states of a database", "[check][state_meta]") {
  const DescribedStates states;
  const std::string whole = states.meta();
  CHECK(states.check_with(whole).empty());
  for (const std::string word : {"KEYED_STATE_TYPE", "VALUE"}) {
    CAPTURE(word);
    std::string damaged = whole;
    damaged.at(damaged.find(word)) ^= 1;
    const std::vector<Json> found = states.check_with(damaged);
    REQUIRE(found.size() == 1);
    CHECK(found[0]["code"] == "SV201");
    CHECK(found[0]["file"] == states.file());
    CHECK(found[0]["slot"] == "managed_keyed");
    CHECK(found[0].contains("state"));
  }
}

TEST_CASE("SV201, SV022: the compression flag of a database's states", "[check][state_meta]") {
  const DescribedStates states;
  std::string damaged = states.meta();
  damaged.at(kCompressionFlag) = 4;
  std::vector<Json> found = states.check_with(damaged);
  REQUIRE(found.size() == 1);
  CHECK(found[0]["code"] == "SV201");
  CHECK(found[0]["offset"] == kCompressionFlag);
  // Flink does not look at it: nothing breaks.
  damaged.at(kCompressionFlag) = 1;
  found = states.check_with(damaged);
  REQUIRE(found.size() == 1);
  CHECK(found[0]["code"] == "SV022");
  CHECK(found[0]["severity"] == "warning");
}

TEST_CASE("SV207: bytes behind the description of a database's states", "[check][state_meta]") {
  const DescribedStates states;
  const std::string whole = states.meta();
  bool found = false;
  for (const Json& finding : states.check_with(whole + "more")) {
    if (finding["code"] != "SV207") continue;
    found = true;
    CHECK(finding["offset"] == whole.size());
    CHECK(finding["file"] == states.file());
  }
  CHECK(found);
}

TEST_CASE("SV006: key groups of a database that no handle can have cost nothing",
          "[check][state_meta]") {
  const TempFolder folder;
  const fs::path path = folder.path("a/snapshot");
  copy_snapshot(testdata_folder("flink1.20-rocksdb-native"), path);
  Metadata metadata = read_metadata(path);
  std::size_t changed = 0;
  for (OperatorState& op : metadata.operators) {
    for (Subtask& subtask : op.subtasks) {
      auto* boxed = std::get_if<Boxed<IncrementalHandle>>(&subtask.managed_keyed_state);
      if (boxed == nullptr || changed > 0) continue;
      (*boxed)->range.count |= 1 << 29;
      ++changed;
    }
  }
  REQUIRE(changed == 1);
  const ByteVector bytes = encode_metadata(metadata);
  std::ofstream(path / "_metadata", std::ios::binary) << std::string(bytes.begin(), bytes.end());
  // Key groups by the hundred million would need tens of gigabytes.
  const std::string arguments = shell_word(path.string());
  const Run run = run_savvy("check --read-data --format jsonl " + arguments);
  CHECK(run.exit_code == 1);
  REQUIRE(parse_lines(run.out).size() == 1);
  CHECK(parse_lines(run.out)[0]["code"] == "SV006");
  CHECK(run_savvy("dump " + arguments).exit_code == 3);
}

}  // namespace savvy::testing
