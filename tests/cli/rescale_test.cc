// rescale of every snapshot of testdata: what the new one holds, and where.

#include <catch2/catch.hpp>
#include <set>

#include "format/key_groups.h"
#include "tests/cli/rewrites.h"
#include "tests/support/check_clean.h"
#include "tests/support/dumpable.h"
#include "tests/support/small_snapshot.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

Run rescale(const std::string& arguments, const fs::path& to, const std::string& options) {
  return rewrite("rescale", arguments, to, options);
}

// What does not change with the parallelism: of broadcast state one copy.
std::vector<Json> contents(std::vector<Json> rows) {
  std::erase_if(rows, [](const Json& row) {
    return text_of(row, "kind") == "broadcast" && row.at("subtask") != 0;
  });
  for (Json& row : rows) {
    row.erase("subtask");
    if (!row.contains("key_group")) row.erase("list_index");
  }
  return rows;
}

// Unaligned checkpoints hold records on their way between tasks.
bool holds_inflight_data(const fs::path& snapshot) {
  return snapshot.string().find("-unaligned") != std::string::npos;
}

const fs::path kSmall = testdata_folder("flink2.3-hashmap-canonical-p1");

OperatorHandle raw_partitions(const std::string& name, const std::string& bytes,
                              std::vector<std::int64_t> offsets) {
  OperatorHandle raw;
  raw.states = {{"_default_", DistributionMode::kSplit, std::move(offsets)}};
  raw.delegate = ByteStreamHandle{name, {bytes.begin(), bytes.end()}};
  return raw;
}

}  // namespace

TEST_CASE("a rescaled snapshot holds what its source holds, at any parallelism and back",
          "[cli][rescale]") {
  std::size_t rescaled = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    if (holds_inflight_data(snapshot)) continue;
    CAPTURE(snapshot.string());
    const std::string source = snapshot_arguments(snapshot);
    // With nothing materialized, nothing describes the keys to a new stream.
    if (snapshot.string().find("-hashmap-checkpoint-changelog/") != std::string::npos) {
      const TempFolder folder;
      const Run run = rescale(source, folder.path("there"), "--parallelism 3");
      CHECK(run.exit_code == 4);
      CHECK(run.err.find("does not name the key's serializer") != std::string::npos);
      continue;
    }
    const std::vector<Json> before = rows_of(source);
    for (const std::string parallelism : {"1", "3", "7"}) {
      CAPTURE(parallelism);
      const TempFolder folder;
      const fs::path there = folder.path("there");
      const fs::path back = folder.path("back");
      const Run run = rescale(source, there, "--parallelism " + parallelism + " --format json");
      CAPTURE(run.err);
      REQUIRE(run.exit_code == 0);
      CHECK(run.err.empty());
      CHECK(Json::parse(run.out).at("verified") == true);
      CHECK(first_difference(contents(before), contents(rows_of(shell_word(there)))) == "");
      CHECK(findings_in(there) == "");
      REQUIRE(rescale(shell_word(there), back, "--parallelism 2").exit_code == 0);
      CHECK(first_difference(contents(before), contents(rows_of(shell_word(back)))) == "");
      ++rescaled;
    }
  }
  CHECK(rescaled >= std::size_t{3} * 60);
}

TEST_CASE("key groups go to the subtasks that own them, and broadcast state to all",
          "[cli][rescale]") {
  for (const std::string name :
       {"flink2.3-hashmap-canonical", "flink2.3-hashmap-native", "flink2.3-rocksdb-native",
        "flink1.20-rocksdb-native-p2-of-4096", "flink2.3-hashmap-checkpoint-compressed"}) {
    CAPTURE(name);
    const TempFolder folder;
    const fs::path there = folder.path("there");
    REQUIRE(rescale(shell_word(testdata_folder(name)), there, "--parallelism 5").exit_code == 0);
    const Metadata metadata = read_metadata(there);
    const std::int32_t max = metadata.operators.front().max_parallelism;
    std::map<std::string, std::set<int>> copies;
    for (const Json& row : rows_of(shell_word(there))) {
      if (row.contains("key_group")) {
        CHECK(row.at("subtask") == subtask_of_key_group(row.at("key_group"), 5, max));
      }
      if (text_of(row, "kind") == "broadcast") {
        copies[text_of(row, "operator_id") + text_of(row, "state")].insert(
            row.at("subtask").get<int>());
      }
    }
    CHECK((!copies.empty() || name.find("rocksdb") != std::string::npos));
    for (const auto& [state, subtasks] : copies) CHECK(subtasks.size() == 5);
    for (const OperatorState& op : metadata.operators) {
      CHECK(op.parallelism == 5);
      for (const Subtask& subtask : op.subtasks) {
        const auto range = key_group_range(subtask.managed_keyed_state);
        if (range) CHECK(*range == key_group_range(subtask.index, 5, max));
      }
    }
  }
}

TEST_CASE("rescale leaves its source as it is", "[cli][rescale]") {
  const TempFolder folder;
  const auto before = files_in(kSmall);
  REQUIRE(rescale(shell_word(kSmall), folder.path("there"), "--parallelism 4").exit_code == 0);
  CHECK(files_in(kSmall) == before);
}

TEST_CASE("the number of key groups changes and changes back", "[cli][rescale]") {
  std::size_t rehashed = 0;
  std::size_t refused = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    if (holds_inflight_data(snapshot)) continue;
    CAPTURE(snapshot.string());
    const TempFolder folder;
    const fs::path there = folder.path("there");
    const fs::path back = folder.path("back");
    const std::string source = snapshot_arguments(snapshot);
    const Run run = rescale(source, there, "--parallelism 3 --max-parallelism 1024");
    CAPTURE(run.err);
    if (run.exit_code == 4) {
      // Keys of classes of the job, whose hashCode nobody else knows, or a log that names no key.
      CHECK((run.err.find("the hashCode of its keys") != std::string::npos ||
             run.err.find("does not name the key's serializer") != std::string::npos));
      CHECK(!fs::exists(there));
      ++refused;
      continue;
    }
    REQUIRE(run.exit_code == 0);
    CHECK(findings_in(there) == "");
    const std::int32_t max = read_metadata(snapshot).operators.front().max_parallelism;
    auto before = rows_of(source);
    auto after = rows_of(shell_word(there));
    for (const Json& row : after) {
      if (!row.contains("key_group")) continue;
      CHECK(row.at("subtask") == subtask_of_key_group(row.at("key_group"), 3, 1024));
    }
    REQUIRE(
        rescale(shell_word(there), back, "--parallelism 2 --max-parallelism " + std::to_string(max))
            .exit_code == 0);
    CHECK(first_difference(contents(before), contents(rows_of(shell_word(back)))) == "");
    before = contents(std::move(before));
    after = contents(std::move(after));
    drop_fields(before, {"key_group"});
    drop_fields(after, {"key_group"});
    CHECK(first_difference(before, after) == "");
    ++rehashed;
  }
  CHECK(rehashed >= 20);
  CHECK(refused >= 10);
}

TEST_CASE("rescale refuses what it cannot do, and leaves nothing behind", "[cli][rescale]") {
  const TempFolder folder;
  const fs::path there = folder.path("there");
  const auto refuses = [&](const fs::path& snapshot, const std::string& options, int exit_code,
                           const std::string& text) {
    CAPTURE(options);
    const Run run = rescale(snapshot_arguments(snapshot), there, options);
    CAPTURE(run.err);
    CHECK(run.exit_code == exit_code);
    CHECK(run.out.empty());
    CHECK(run.err.find(text) != std::string::npos);
    CHECK(!fs::exists(there));
    CHECK(!fs::exists(there.string() + ".inprogress"));
  };
  refuses(kSmall, "", 2, "nothing is asked for");
  refuses(kSmall, "--parallelism 0", 2, "parallelism");
  refuses(kSmall, "--max-parallelism 40000", 2, "32768");
  refuses(kSmall, "--operator keyed-string", 2, "expected UID=N");
  refuses(kSmall, "--parallelism 129", 4, "keyed-tuple");
  refuses(kSmall, "--operator nobody=2", 4, "nobody");
  refuses(testdata_folder("flink2.3-hashmap-checkpoint-unaligned"), "--parallelism 3", 4,
          "take a savepoint");
  // Wherever the name leads: a source is never changed.
  const Run inside = rescale(shell_word(kSmall), kSmall / "new", "--parallelism 2");
  CHECK(inside.exit_code == 2);
  CHECK(inside.err.find("lies in the source") != std::string::npos);
  CHECK(!fs::exists(kSmall / "new.inprogress"));
  refuses(folder.path("missing"), "--parallelism 2", 3, "missing");
}

TEST_CASE("rescale writes over nothing", "[cli][rescale]") {
  const TempFolder folder;
  folder.add("there/file", "mine");
  const Run run = rescale(shell_word(kSmall), folder.path("there"), "--parallelism 2");
  CHECK(run.exit_code == 4);
  CHECK(run.err.find("exists already") != std::string::npos);
  CHECK(read_text(folder.path("there/file")) == "mine");
  folder.add("other.inprogress/file", "left");
  const Run leftover = rescale(shell_word(kSmall), folder.path("other"), "--parallelism 2");
  CHECK(leftover.exit_code == 4);
  CHECK(leftover.err.find("can be deleted") != std::string::npos);
  CHECK(!fs::exists(folder.path("other")));
}

TEST_CASE("a dry run of rescale says what it would do and writes nothing", "[cli][rescale]") {
  const TempFolder folder;
  const Run run =
      rescale(shell_word(kSmall), folder.path("there"), "--parallelism 4 --dry-run --format json");
  CHECK(run.exit_code == 0);
  const Json plan = Json::parse(run.out);
  CHECK(plan.at("dry_run") == true);
  for (const Json& op : plan.at("operators")) {
    CAPTURE(op.dump());
    CHECK(op.at("new_parallelism") == 4);
    if (op.at("operator") == "keyed-string") CHECK(op.at("keyed_bytes").size() == 4);
  }
  CHECK(!fs::exists(folder.path("there")));
  CHECK(!fs::exists(folder.path("there.inprogress")));
}

TEST_CASE("a full disk leaves no snapshot", "[cli][rescale]") {
  const TempFolder folder;
  // Files may have 4 KiB at most.
  const Run run = run_shell("ulimit -f 8; savvy rescale " +
                            shell_word(testdata_folder("flink2.3-hashmap-canonical")) + " " +
                            shell_word(folder.path("there")) + " --parallelism 1");
  CHECK(run.exit_code == 5);
  CHECK(!fs::exists(folder.path("there")));
  CHECK(!fs::exists(folder.path("there.inprogress")));
}

TEST_CASE("one operator is rescaled by its uid, and the others are copied", "[cli][rescale]") {
  const TempFolder folder;
  const fs::path there = folder.path("there");
  // The metadata of Flink 1.20 stores no uids: the hash decides.
  const fs::path snapshot = testdata_folder("flink1.20-hashmap-canonical");
  REQUIRE(rescale(shell_word(snapshot), there, "--operator keyed-string=5").exit_code == 0);
  std::map<std::int32_t, int> parallelisms;
  for (const OperatorState& op : read_metadata(there).operators) ++parallelisms[op.parallelism];
  CHECK(parallelisms[5] == 1);
  CHECK(parallelisms[2] + 1 == static_cast<int>(read_metadata(there).operators.size()));
  CHECK(first_difference(contents(rows_of(shell_word(snapshot))),
                         contents(rows_of(shell_word(there)))) == "");
}

TEST_CASE("operator state is dealt out as Flink does it", "[cli][rescale]") {
  const TempFolder folder;
  // Elements 0 to 9 of a split list on three subtasks, and one element each of a union list.
  SmallOperatorState first{{"0", "1", "2"}, {"u0"}, {{"k", "v"}}};
  SmallOperatorState second{{"3", "4", "5", "6"}, {"u1"}, {{"k", "v"}}};
  SmallOperatorState third{{"7", "8", "9"}, {"u2"}, {{"k", "v"}}};
  const std::string source =
      write_snapshot(folder, "source", {stateful_operator({first, second, third})});
  const fs::path there = folder.path("there");
  const Run run = rescale(shell_word(source), there, "--parallelism 4");
  CAPTURE(run.err);
  REQUIRE(run.exit_code == 0);
  std::map<int, std::string> lists;
  std::multiset<std::string> unions;
  std::map<int, std::string> copies;
  for (const Json& row : rows_of(shell_word(there))) {
    const int subtask = row.at("subtask");
    if (text_of(row, "kind") == "list") lists[subtask] += row.at("list_value").get<std::string>();
    if (text_of(row, "kind") == "union") unions.insert(row.at("list_value").get<std::string>());
    if (text_of(row, "kind") == "broadcast")
      copies[subtask] += row.at("map_value").get<std::string>();
  }
  CHECK(lists == std::map<int, std::string>{{0, "012"}, {1, "345"}, {2, "67"}, {3, "89"}});
  CHECK(unions == std::multiset<std::string>{"u0", "u1", "u2"});
  CHECK(copies == std::map<int, std::string>{{0, "v"}, {1, "v"}, {2, "v"}, {3, "v"}});
}

TEST_CASE("copies of broadcast state that differ are reported before one vanishes",
          "[cli][rescale]") {
  const TempFolder folder;
  const std::string source = write_snapshot(
      folder, "source",
      {stateful_operator({{{}, {}, {{"k", "v"}, {"l", "w"}}}, {{}, {}, {{"k", "other"}}}})});
  const auto notes = [&](const std::string& name, const std::string& options) {
    const Run run =
        rescale(shell_word(source), folder.path(name), "--parallelism 1 --format json" + options);
    REQUIRE(run.exit_code == 0);
    return Json::parse(run.out).at("notes").dump();
  };
  const std::string said = "the copies of broadcast state \\\"rules\\\" differ between subtasks";
  CHECK(notes("there", "").find(said) != std::string::npos);
  // Another order of the entries is no difference.
  const std::string alike =
      write_snapshot(folder, "alike",
                     {stateful_operator({{{}, {}, {{"k", "v"}, {"l", "w"}}},
                                         {{}, {}, {{"l", "w"}, {"k", "v"}}}})});
  const Run run = rescale(shell_word(alike), folder.path("other"), "--parallelism 1 --format json");
  REQUIRE(run.exit_code == 0);
  CHECK(Json::parse(run.out).at("notes").empty());
}

TEST_CASE("partitions of raw operator state are dealt out", "[cli][rescale]") {
  const TempFolder folder;
  OperatorState op = small_operator("raw", 2, 128);
  op.subtasks[0].raw_operator_state = raw_partitions("raw-0", "AABBB", {0, 2});
  op.subtasks[1].raw_operator_state = raw_partitions("raw-1", "C", {0});
  const std::string source = write_snapshot(folder, "source", {op});
  const auto partitions = [](const fs::path& snapshot) {
    std::map<int, std::string> found;
    for (const Json& row : rows_of(shell_word(snapshot))) {
      found[row.at("subtask").get<int>()] += row.at("list_value").at("$base64").get<std::string>();
    }
    return found;
  };
  REQUIRE(rescale(shell_word(source), folder.path("three"), "--parallelism 3").exit_code == 0);
  CHECK(partitions(folder.path("three")) ==
        std::map<int, std::string>{{0, "QUE="}, {1, "QkJC"}, {2, "Qw=="}});
  REQUIRE(
      rescale(shell_word(folder.path("three")), folder.path("one"), "--parallelism 1").exit_code ==
      0);
  CHECK(partitions(folder.path("one")) == std::map<int, std::string>{{0, "QUE=QkJCQw=="}});
  // Four subtasks have three partitions: one has none, and no handle.
  REQUIRE(rescale(shell_word(source), folder.path("four"), "--parallelism 4").exit_code == 0);
  CHECK(!read_metadata(folder.path("four")).operators[0].subtasks[3].raw_operator_state);
}

TEST_CASE("partitions of raw operator state without bytes are told of when they are left out",
          "[cli][rescale]") {
  const TempFolder folder;
  OperatorState op = small_operator("raw", 2, 128);
  op.subtasks[0].raw_operator_state = raw_partitions("raw-0", "AABBB", {0, 2, 5, 5});
  op.subtasks[1].raw_operator_state = raw_partitions("raw-1", "C", {0});
  const std::string source = write_snapshot(folder, "source", {op});
  const Run run =
      rescale(shell_word(source), folder.path("there"), "--parallelism 3 --format json");
  REQUIRE(run.exit_code == 0);
  const std::string said =
      "operator raw subtask 0: partitions of raw operator state that hold no bytes, left out: 2";
  CHECK(Json::parse(run.out).at("notes") == Json::array({said}));
}

TEST_CASE("a rescaled checkpoint shares no file with any other", "[cli][rescale]") {
  const fs::path chain = testdata_folder("flink2.3-rocksdb-checkpoint-incremental-heap-timers");
  const TempFolder folder;
  const fs::path there = folder.path("there");
  // Only the source is rescaled; the operator with RocksDB files is copied.
  const Run run = rescale(snapshot_arguments(chain / "00000000000000000000000000000001" / "chk-6"),
                          there, "--operator numbers=2");
  CAPTURE(run.err);
  REQUIRE(run.exit_code == 0);
  std::size_t handles = 0;
  for (const OperatorState& op : read_metadata(there).operators) {
    for (const Subtask& subtask : op.subtasks) {
      const auto* files = handle_as<IncrementalHandle>(subtask.managed_keyed_state);
      if (files == nullptr) continue;
      CHECK(files->shared_files.empty());
      CHECK(files->private_files.size() > 3);
      ++handles;
    }
  }
  CHECK(handles == 1);
  CHECK(run_savvy("diff " + shell_word(there) + " " + shell_word(there)).exit_code == 0);
}

}  // namespace savvy::testing
