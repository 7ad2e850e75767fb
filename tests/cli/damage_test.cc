// What the program says of snapshots that are damaged, moved or not there.

#include "tests/support/damage.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/cli/testdata.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kSnapshot = "flink2.3-hashmap-canonical";
const std::string kOperator = "keyed-string";
// A state id that no stream has, where a key group begins.
const std::string kNoState("\x7f\x7f", 2);

class Copy {
 public:
  explicit Copy(const std::string& snapshot = kSnapshot) {
    copy_snapshot(testdata_folder(snapshot), path());
  }
  fs::path path() const { return folder_.path("snapshot"); }

 private:
  TempFolder folder_;
};

// A copy in which one key group of kOperator is damaged.
class DamagedCopy {
 public:
  DamagedCopy() {
    const std::vector<StoredKeyGroup> groups = stored_key_groups(copy_.path(), kOperator);
    group_ = groups.at(groups.size() / 2);
    overwrite(copy_.path() / group_.file, group_.offset, kNoState);
  }
  fs::path path() const { return copy_.path(); }
  const StoredKeyGroup& group() const { return group_; }

  bool holds(const Json& row) const {
    return text_of(row, "operator_id") == group_.operator_id &&
           row.value("key_group", -1) == group_.key_group;
  }
  // How the message begins: file and offset.
  std::string place() const {
    return fmt::format("{}: offset {:#x}: ", (path() / group_.file).string(), group_.offset);
  }

 private:
  Copy copy_;
  StoredKeyGroup group_;
};

std::vector<Json> whole_rows() {
  return parse_lines(run_savvy("dump " + shell_word(testdata_folder(kSnapshot))).out);
}

// The first file that holds keyed state.
std::string keyed_file() {
  return stored_key_groups(testdata_folder(kSnapshot), kOperator).front().file;
}

}  // namespace

TEST_CASE("dump stops in front of damage", "[cli][damage]") {
  const DamagedCopy copy;
  for (const std::string jobs : {"1", "8"}) {
    const Run run = run_savvy("dump --jobs " + jobs + " " + shell_word(copy.path()));
    CHECK(run.exit_code == 3);
    CHECK(run.err.starts_with("savvy: " + copy.place()));
    // Every row in front of the damage, and no other.
    std::vector<Json> expected = whole_rows();
    const auto damage = std::find_if(expected.begin(), expected.end(),
                                     [&](const Json& row) { return copy.holds(row); });
    REQUIRE(damage != expected.end());
    expected.erase(damage, expected.end());
    CHECK((parse_lines(run.out) == expected));
  }
}

TEST_CASE("dump goes on behind damage if told to", "[cli][damage]") {
  const DamagedCopy copy;
  for (const std::string jobs : {"1", "8"}) {
    const Run run = run_savvy("dump --keep-going --jobs " + jobs + " " + shell_word(copy.path()));
    CHECK(run.exit_code == 3);
    CHECK(run.err.find("savvy: " + copy.place()) != std::string::npos);
    std::vector<Json> expected = whole_rows();
    CHECK(std::erase_if(expected, [&](const Json& row) { return copy.holds(row); }) > 0);
    CHECK((parse_lines(run.out) == expected));
  }
}

TEST_CASE("a key group of another number does not change what the others are", "[cli][damage]") {
  const std::string snapshot = "flink2.3-hashmap-native";
  const Copy copy(snapshot);
  const StoredKeyGroup group = stored_key_groups(copy.path(), kOperator).at(20);
  overwrite(copy.path() / group.file, group.offset, kNoState);
  const std::string options = " --operator " + kOperator;
  const Run run = run_savvy("dump --keep-going " + shell_word(copy.path()) + options);
  CHECK(run.exit_code == 3);
  std::vector<Json> rows =
      parse_lines(run_savvy("dump " + shell_word(testdata_folder(snapshot)) + options).out);
  std::erase_if(rows,
                [&](const Json& row) { return row.value("key_group", -1) == group.key_group; });
  CHECK((parse_lines(run.out) == rows));
  CHECK(run.err.find(fmt::format(
            "savvy: {}: offset {:#x}: key group = ", (copy.path() / group.file).string(),
            group.offset)) != std::string::npos);
}

TEST_CASE("errors tell operator and subtask, and what their offsets count from", "[cli][damage]") {
  const Copy copy;
  const std::string file =
      (copy.path() / stored_key_groups(copy.path(), kOperator)[0].file).string();
  // The text of a key, whose length comes in front.
  const ByteVector bytes = read_file(file);
  const std::string text = "event-3-1";
  const auto found = std::search(bytes.begin(), bytes.end(), text.begin(), text.end());
  REQUIRE(found != bytes.end());
  overwrite(file, static_cast<std::uint64_t>(found - bytes.begin()) - 1, "\xff\xff\xff\xff\xff");
  for (const std::string command : {"dump", "stats"}) {
    const Run run = run_savvy(command + " " + shell_word(copy.path()) + " --operator " + kOperator);
    CAPTURE(run.err);
    CHECK(run.exit_code == 3);
    CHECK(run.err.find("savvy: " + file + ": a value in key group ") != std::string::npos);
    CHECK(run.err.find(": offset 0x13: string length does not fit in 32 bits\n") !=
          std::string::npos);
    CHECK(run.err.ends_with("\n  of operator keyed-string, subtask 0\n"));
  }
}

TEST_CASE("dump does not read what is filtered out", "[cli][damage]") {
  const DamagedCopy copy;
  const std::string others =
      copy.group().key_group > 0 ? fmt::format("0-{}", copy.group().key_group - 1) : "1-127";
  const Run run = run_savvy("dump --key-group " + others + " " + shell_word(copy.path()));
  CHECK(run.exit_code == 0);
  CHECK_FALSE(run.out.empty());
}

TEST_CASE("a failed dump leaves the output file alone", "[cli][damage]") {
  const DamagedCopy copy;
  const TempFolder folder;
  const std::string file = folder.add("rows.jsonl", "what was there before");
  const Run run = run_savvy("dump --output " + shell_word(file) + " " + shell_word(copy.path()));
  CHECK(run.exit_code == 3);
  CHECK(read_text(file) == "what was there before");
  CHECK_FALSE(fs::exists(file + ".part"));
}

TEST_CASE("a file is missing", "[cli][damage]") {
  const Copy copy;
  const std::string file = keyed_file();
  fs::remove(copy.path() / file);
  const std::string snapshot = shell_word(copy.path());

  const Run inspect = run_savvy("inspect --format json " + snapshot);
  CHECK(inspect.exit_code == 0);
  const Json summary = Json::parse(inspect.out);
  CHECK(summary.at("files").at("missing") == 1);
  REQUIRE(summary.at("missing_files").size() == 1);
  CHECK(summary.at("missing_files")[0].dump().find(file) != std::string::npos);
  CHECK(run_savvy("inspect --format text " + snapshot).out.find(file) != std::string::npos);

  const Run files = run_savvy("files --format json " + snapshot);
  CHECK(files.exit_code == 0);
  const Json inventory = Json::parse(files.out);
  CHECK(inventory.at("missing_count") == 1);
  std::vector<std::string> missing;
  for (const Json& entry : inventory.at("files")) {
    if (entry.at("status") == "missing") missing.push_back(entry.at("uri"));
  }
  CHECK(missing == std::vector<std::string>{file});

  const Run dump = run_savvy("dump " + snapshot);
  CHECK(dump.exit_code == 3);
  CHECK(dump.err.find((copy.path() / file).string() + ": ") != std::string::npos);
  CHECK(dump.err.find("No such file or directory") != std::string::npos);
}

TEST_CASE("a moved snapshot with absolute URIs gets the fitting --map", "[cli][damage]") {
  const Copy copy;
  make_absolute(copy.path(), "file:/flink/savepoints/savepoint-1");
  const std::string snapshot = shell_word(copy.path());
  const std::string rule = "file:/flink/savepoints/savepoint-1=" + copy.path().string();
  const Run dump = run_savvy("dump " + snapshot);
  CHECK(dump.exit_code == 3);
  CHECK(dump.err.find("no such file; with --map " + rule + " it is found") != std::string::npos);
  CHECK(run_savvy("inspect " + snapshot).exit_code == 0);
  CHECK(run_savvy("files " + snapshot).exit_code == 0);
  const Run mapped = run_savvy("dump --map " + shell_word(rule) + " " + snapshot);
  CHECK(mapped.exit_code == 0);
  CHECK((parse_lines(mapped.out) == whole_rows()));
}

TEST_CASE("URIs of another file system are read where --map says", "[cli][damage]") {
  const Copy copy;
  make_absolute(copy.path(), "s3://bucket/savepoint-1");
  const std::string snapshot = shell_word(copy.path());
  const Run dump = run_savvy("dump " + snapshot);
  CHECK(dump.exit_code == 4);
  CHECK(dump.err.find("--map s3://bucket/savepoint-1=DIR") != std::string::npos);
  CHECK(run_savvy("inspect " + snapshot).exit_code == 0);
  CHECK(run_savvy("files " + snapshot).exit_code == 0);
  const std::string rule = "s3://bucket=" + copy.path().parent_path().string();
  fs::rename(copy.path(), copy.path().parent_path() / "savepoint-1");
  const Run mapped = run_savvy("dump --map " + shell_word(rule) + " " +
                               shell_word(copy.path().parent_path() / "savepoint-1"));
  CHECK(mapped.exit_code == 0);
  CHECK((parse_lines(mapped.out) == whole_rows()));
}

TEST_CASE("a checkpoint root is answered with the checkpoints below it", "[cli][damage]") {
  const TempFolder folder;
  for (const char* name : {"job/chk-9", "job/chk-10", "job/chk-2"}) {
    copy_snapshot(testdata_folder(kSnapshot), folder.path(name));
  }
  fs::create_directories(folder.path("job/shared"));
  for (const std::string root : {"", "job"}) {
    for (const std::string command : {"inspect ", "schema ", "dump ", "files "}) {
      const Run run = run_savvy(command + shell_word(folder.path(root)));
      CHECK(run.exit_code == 3);
      CHECK(run.out.empty());
      std::string expected = "savvy: " + folder.path(root) +
                             ": no _metadata in this directory; snapshots found below it:\n";
      for (const char* name : {"job/chk-10", "job/chk-9", "job/chk-2"}) {
        expected += "  " + folder.path(name) + "\n";
      }
      CHECK(run.err == expected);
    }
  }
}

TEST_CASE("the metadata file itself names a snapshot too", "[cli]") {
  const fs::path file = testdata_folder(kSnapshot) / "_metadata";
  CHECK((parse_lines(run_savvy("dump " + shell_word(file)).out) == whole_rows()));
}

TEST_CASE("a file that is no metadata", "[cli][damage]") {
  const TempFolder folder;
  const std::string file = folder.add("_metadata", "not a snapshot");
  const Run run = run_savvy("inspect " + shell_word(folder.path()));
  CHECK(run.exit_code == 3);
  CHECK(run.out.empty());
  CHECK(run.err.starts_with("savvy: " + file + ": offset 0x0: "));
}

}  // namespace savvy::testing
