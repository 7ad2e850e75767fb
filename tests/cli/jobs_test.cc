// One thread and eight: every command that has --jobs says and writes the same bytes. dump and stats of
// all testdata are compared in testdata_test.cc and stats_test.cc.

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/cli/chains.h"
#include "tests/cli/rewrites.h"
#include "tests/cli/testdata.h"
#include "tests/support/faulty_run.h"
#include "tests/support/temp_folder.h"

namespace fs = std::filesystem;

namespace savvy::testing {
namespace {

const std::string kChain = "/00000000000000000000000000000001/";

// One snapshot of each layout, with operator state, timers, merged files, change logs and in-flight
// data among them.
const std::vector<std::string> kSnapshots = {
    "flink2.3-hashmap-canonical",
    "flink1.20-hashmap-canonical-compressed",
    "flink2.3-hashmap-native",
    "flink2.3-hashmap-checkpoint-unaligned",
    "flink2.3-hashmap-checkpoint-merged" + kChain + "chk-2",
    "flink2.3-hashmap-checkpoint-changelog" + kChain + "chk-2",
    "flink2.3-rocksdb-native",
    "flink2.3-rocksdb-checkpoint-incremental-heap-timers" + kChain + "chk-6",
    "flink2.3-rocksdb-checkpoint-incremental-merged" + kChain + "chk-2",
    "flink2.3-rocksdb-checkpoint-changelog-materialized" + kChain + "chk-3",
    "flink2.3-forst-checkpoint-incremental" + kChain + "chk-2",
};

std::string arguments_of(const std::string& snapshot) {
  return snapshot_arguments(testdata_folder(snapshot));
}

void same_run(const Run& one, const Run& eight) {
  CHECK(one.exit_code == eight.exit_code);
  CHECK((one.out == eight.out));
  CHECK(one.err == eight.err);
}

// What is printed; `exit_code` says that the command did its work.
void prints_the_same(const std::string& command, int exit_code = 0) {
  CAPTURE(command);
  const Run one = run_savvy(command + " --jobs 1");
  CHECK(one.exit_code == exit_code);
  CHECK(!(one.out + one.err).empty());
  same_run(one, run_savvy(command + " --jobs 8"));
}

// What is printed, and every file of the new snapshot. Both runs write to one place, whose name they
// print. False if the rewrite is refused, both times alike.
bool writes_the_same(const std::string& command, const std::string& snapshot,
                     const std::string& options) {
  CAPTURE(command, snapshot, options);
  const TempFolder folder;
  const fs::path there = folder.path("there");
  const fs::path kept = folder.path("kept");
  const Run one = rewrite(command, arguments_of(snapshot), there, options + " --jobs 1");
  if (one.exit_code == 0) fs::rename(there, kept);
  same_run(one, rewrite(command, arguments_of(snapshot), there, options + " --jobs 8"));
  if (one.exit_code == 4) return false;
  CAPTURE(one.err);
  REQUIRE(one.exit_code == 0);
  CHECK((files_in(kept) == files_in(there)));
  return true;
}

// Files of a copy with their last bytes cut off.
void cut_files(const fs::path& snapshot) {
  for (const auto& file : fs::directory_iterator(snapshot)) {
    if (file.path().filename() == "_metadata" || file.file_size() < 100) continue;
    fs::resize_file(file.path(), file.file_size() - 7);
  }
}

}  // namespace

TEST_CASE("jobs: dump in every format", "[cli][jobs]") {
  for (const std::string& snapshot : kSnapshots) {
    const std::string dump = "dump " + arguments_of(snapshot);
    prints_the_same(dump + " --format json --keys-only");
    prints_the_same(dump + " --format csv --sort");
    prints_the_same(dump + " --format protobuf");
  }
}

TEST_CASE("jobs: stats as JSON", "[cli][jobs]") {
  for (const std::string& snapshot : kSnapshots) {
    prints_the_same("stats " + arguments_of(snapshot) + " --format json --top 3");
    prints_the_same("stats " + arguments_of(snapshot) + " --format jsonl");
  }
}

TEST_CASE("jobs: check", "[cli][jobs]") {
  for (const std::string& snapshot : kSnapshots) {
    prints_the_same("check --read-data " + arguments_of(snapshot) + " --format text");
    prints_the_same("check --read-data=40 " + arguments_of(snapshot) + " --format json");
  }
}

TEST_CASE("jobs: what is damaged is told in the same order", "[cli][jobs]") {
  for (const std::string name :
       {"flink2.3-hashmap-canonical", "flink2.3-hashmap-native", "flink2.3-rocksdb-native"}) {
    const TempFolder folder;
    const fs::path copy = folder.path("savepoint");
    fs::copy(testdata_folder(name), copy, fs::copy_options::recursive);
    cut_files(copy);
    prints_the_same("check --read-data " + shell_word(copy), 1);
    prints_the_same("check --read-data --fail-fast " + shell_word(copy), 1);
    prints_the_same("dump " + shell_word(copy), 3);
    prints_the_same("dump --keep-going " + shell_word(copy), 3);
    prints_the_same("stats " + shell_word(copy), 3);
  }
}

TEST_CASE("jobs: chains of checkpoints", "[cli][jobs]") {
  for (const std::string name : {"flink2.3-rocksdb-checkpoint-incremental-heap-timers",
                                 "flink2.3-hashmap-checkpoint-changelog"}) {
    const CopiedChain chain(name);
    for (const std::string format : {"text", "json"}) {
      prints_the_same("check --read-data --chain " + chain.arguments() + " --format " + format);
    }
    prints_the_same("ls " + chain.arguments() + " --read-data --format json");
    prints_the_same("ls " + chain.arguments() + " --read-data --latest-good");
  }
}

TEST_CASE("jobs: diff", "[cli][jobs]") {
  const std::string chain = "flink2.3-rocksdb-checkpoint-incremental-heap-timers" + kChain;
  const std::string checkpoints =
      shell_word(testdata_folder(chain + "chk-1")) + " " + arguments_of(chain + "chk-6");
  for (const std::string format : {"text", "json", "jsonl", "csv"}) {
    prints_the_same("diff " + checkpoints + " --format " + format, 1);
  }
  prints_the_same("diff " + checkpoints + " --summary --format text", 1);
  prints_the_same("diff " + arguments_of("flink2.3-hashmap-canonical") + " " +
                      arguments_of("flink2.3-rocksdb-native"),
                  1);
}

TEST_CASE("jobs: diff does without a thread that it does not get", "[cli][jobs]") {
  const std::vector<std::string> arguments = {
      "diff", testdata_folder("flink2.3-hashmap-canonical").string(),
      testdata_folder("flink2.3-hashmap-native").string(), "--jobs", "3"};
  const FaultyRun whole = run_with_fault(arguments, {});
  int refused = 0;
  for (int call = 1; call <= static_cast<int>(whole.calls.size()); ++call) {
    if (!whole.calls[static_cast<std::size_t>(call) - 1].starts_with("pthread_create")) continue;
    const Run run = run_with_fault(arguments, {.call = call, .error = EAGAIN}).run;
    ++refused;
    CHECK(run.exit_code == whole.run.exit_code);
    CHECK(run.out == whole.run.out);
  }
  CHECK(refused > 0);
}

TEST_CASE("jobs: rescale", "[cli][jobs]") {
  std::size_t written = 0;
  for (const std::string& snapshot : kSnapshots) {
    if (writes_the_same("rescale", snapshot, "--parallelism 3")) ++written;
  }
  CHECK(written >= 9);  // not in-flight data, and changes of which nothing is materialized
}

TEST_CASE("jobs: rescale to another number of key groups", "[cli][jobs]") {
  const std::vector<std::string> sources = {
      "flink2.3-hashmap-canonical-windows",
      "flink2.3-hashmap-checkpoint-merged" + kChain + "chk-2",
      "flink2.3-rocksdb-checkpoint-incremental-merged" + kChain + "chk-2",
  };
  for (const std::string& source : sources) {
    CHECK(writes_the_same("rescale", source, "--max-parallelism 256 --parallelism 3"));
  }
}

TEST_CASE("jobs: convert", "[cli][jobs]") {
  const std::vector<std::string> sources = {
      "flink1.20-hashmap-canonical-compressed",
      "flink2.3-hashmap-native",
      "flink2.3-rocksdb-native",
      "flink2.3-rocksdb-checkpoint-changelog-materialized" + kChain + "chk-3",
  };
  for (const std::string layout : {"canonical", "hashmap", "rocksdb"}) {
    for (const std::string& source : sources) {
      CHECK(writes_the_same("convert", source, "--to " + layout));
    }
  }
}

TEST_CASE("jobs: relocate", "[cli][jobs]") {
  for (const std::string& snapshot : kSnapshots) CHECK(writes_the_same("relocate", snapshot, ""));
}

}  // namespace savvy::testing
