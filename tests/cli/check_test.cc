// The command itself: what it prints, how it ends, and that it is silent about whole snapshots.

#include "tests/cli/check_run.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kSnapshot = "flink2.3-hashmap-canonical";

// A copy with two errors and a warning.
class ThreeFindings {
 public:
  ThreeFindings() : copy_(kSnapshot) {
    Metadata metadata = copy_.metadata();
    metadata.operators[0].max_parallelism = 32769;
    metadata.operators[1].max_parallelism = 32769;
    bool done = false;
    for (OperatorState& op : metadata.operators) {
      for (Subtask& subtask : op.subtasks) {
        if (done || !subtask.managed_operator_state || op.max_parallelism > 32768) continue;
        auto& delegate = subtask.managed_operator_state->delegate;
        if (handle_as<RelativeFileHandle>(delegate) == nullptr) continue;
        delegate = FileHandle{kUnknownSize, "s3://bucket/file"};
        done = true;
      }
    }
    REQUIRE(done);
    copy_.write(metadata);
  }
  Run check(const std::string& options) const {
    return run_savvy("check " + shell_word(copy_.path()) + " " + options);
  }
  const CheckedCopy& copy() const { return copy_; }

 private:
  CheckedCopy copy_;
};

std::size_t line_count(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("check finds nothing in whole snapshots", "[cli][check][testdata]") {
  std::size_t checked = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    const Run run = run_savvy("check --strict --format json " + snapshot_arguments(snapshot));
    CHECK(run.exit_code == 0);
    CHECK(run.err.empty());
    CHECK(findings_of(run) == std::vector<Json>{});
    ++checked;
  }
  CHECK(checked >= 60);
}

TEST_CASE("check prints findings as text", "[cli][check][structure]") {
  const ThreeFindings snapshot;
  const Run run = snapshot.check("--format text");
  CHECK(run.exit_code == 1);
  CHECK(run.err.empty());
  const Metadata metadata = snapshot.copy().metadata();
  const std::string first =
      "SV004 error: parallelism out of bounds\n"
      "  file      " +
      snapshot.copy().metadata_path() +
      "\n"
      "  where     operator " +
      operator_label(metadata.operators[0]) +
      "\n"
      "  expected  1 <= parallelism <= max parallelism <= 32768\n"
      "  found     parallelism 2, max parallelism 32769\n"
      "  restore   No job can be given this state: 1 <= parallelism <= max parallelism <= 32768.\n"
      "\n";
  CHECK(run.out.starts_with(first));
  CHECK(run.out.find("\nSV106 warning: ") != std::string::npos);
  CHECK(run.out.find("\n2 errors, 1 warning; checked: metadata, ") != std::string::npos);
}

TEST_CASE("check says what it looked at", "[cli][check][structure]") {
  // All that Flink wrote beside the metadata; README.md and expected.jsonl came later.
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(testdata_folder(kSnapshot))) {
    if (!entry.path().has_extension() && entry.path().filename() != "_metadata") ++files;
  }
  const Run run = run_savvy("check --format text " + shell_word(testdata_folder(kSnapshot)));
  CHECK(run.exit_code == 0);
  CHECK(run.out.starts_with(fmt::format("no finding; checked: metadata, {} files of ", files)));
  CHECK(run.out.ends_with("; data not read (--read-data)\n"));
  const Run all =
      run_savvy("check --format text --read-data " + shell_word(testdata_folder(kSnapshot)));
  CHECK(all.out.ends_with(", and all data in them\n"));
}

TEST_CASE("check does not say that it read what it left out", "[cli][check][structure]") {
  const ThreeFindings snapshot;
  const Run all = snapshot.check("--format text --read-data");
  CHECK(all.out.ends_with(", and all data in them that can be read\n"));
  const Run stopped = snapshot.check("--format text --read-data --fail-fast");
  CHECK(stopped.out.ends_with("\n1 error; the rest was not checked (--fail-fast)\n"));
}

TEST_CASE("check prints the same findings in every format", "[cli][check][structure]") {
  const ThreeFindings snapshot;
  const Json document = Json::parse(snapshot.check("--format json").out);
  CHECK(document.at("schema") == "savvy/v1");
  CHECK(document.at("snapshot") == snapshot.copy().metadata_path());
  CHECK(document.at("error_count") == 2);
  CHECK(document.at("warning_count") == 1);
  const auto findings = document.at("findings").get<std::vector<Json>>();
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV004", "SV004", "SV106"});
  CHECK(parse_lines(snapshot.check("--format jsonl").out) == findings);
  const std::string csv = snapshot.check("--format csv").out;
  CHECK(
      csv.starts_with("code,severity,title,file,offset,operator,operator_id,subtask,slot,state,"
                      "key_group,expected,found,more,meaning\n"));
  CHECK(line_count(csv) == 4);
  CHECK(csv.find("\nSV106,warning,") != std::string::npos);
}

TEST_CASE("check ends with 1 for errors, and for warnings if told to", "[cli][check][structure]") {
  const ThreeFindings both;
  CHECK(both.check("").exit_code == 1);
  const CheckedCopy warned(kSnapshot);
  make_absolute(warned.path(), "s3://bucket/savepoint-1");
  CHECK(warned.check().exit_code == 0);
  CHECK(warned.check("--strict").exit_code == 1);
  CHECK(run_savvy("check --strict " + shell_word(testdata_folder(kSnapshot))).exit_code == 0);
}

TEST_CASE("check stops at the first error if told to", "[cli][check][structure]") {
  const ThreeFindings snapshot;
  const Run run = snapshot.check("--fail-fast --format jsonl");
  CHECK(run.exit_code == 1);
  CHECK(codes_of(parse_lines(run.out)) == std::vector<std::string>{"SV004"});
}

TEST_CASE("check explains a code", "[cli][check][structure]") {
  const Run run = run_savvy("check --explain sv101");
  CHECK(run.exit_code == 0);
  CHECK(run.out == "SV101 error: a file is missing\nThe task fails with FileNotFoundException.\n");
  for (const std::string code : {"SV999", "nonsense", "101"}) {
    const Run unknown = run_savvy("check --explain " + code);
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.out.empty());
    CHECK(unknown.err.find("--explain " + code + ": there is no such finding") !=
          std::string::npos);
  }
}

TEST_CASE("check refuses requests that make no sense", "[cli][check][structure]") {
  const std::string snapshot = shell_word(testdata_folder(kSnapshot));
  CHECK(run_savvy("check").exit_code == 2);
  for (const std::string option :
       {"--read-data=0", "--read-data=101", "--read-data=-5", "--read-data=abc", "--read-data=nan",
        "--read-data=5%5", "--map nonsense", "--format xml", "--jobs 0", "--no-such-option"}) {
    CAPTURE(option);
    const Run run = run_savvy("check " + snapshot + " " + option);
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK_FALSE(run.err.empty());
  }
}

TEST_CASE("check --read-data takes a share, or nothing", "[cli][check][structure]") {
  const std::string snapshot = shell_word(testdata_folder(kSnapshot));
  const auto percent = [](const Run& run) {
    REQUIRE(run.exit_code == 0);
    return Json::parse(run.out).at("read_data_percent").get<double>();
  };
  CHECK(percent(run_savvy("check " + snapshot)) == 0);
  CHECK(percent(run_savvy("check " + snapshot + " --read-data")) == 100);
  CHECK(percent(run_savvy("check " + snapshot + " --read-data=5")) == 5);
  CHECK(percent(run_savvy("check " + snapshot + " --read-data=5%")) == 5);
  CHECK(percent(run_savvy("check " + snapshot + " --read-data=0.5")) == 0.5);
  // The next word is the snapshot, not a share.
  CHECK(percent(run_savvy("check --read-data " + snapshot)) == 100);
}

TEST_CASE("check ends with 3 where there is no metadata", "[cli][check][structure]") {
  const TempFolder folder;
  fs::create_directory(folder.path("chk-1"));
  for (const std::string path : {"", "chk-1", "nowhere", "chk-1/_metadata"}) {
    CAPTURE(path);
    const Run run = run_savvy("check " + shell_word(folder.path(path)));
    CHECK(run.exit_code == 3);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("savvy: " + folder.path(path)));
  }
}

}  // namespace savvy::testing
