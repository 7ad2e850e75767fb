// The program as a whole: help, usage errors, exit codes.

#include <catch2/catch.hpp>

#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

TEST_CASE("the version names the libraries", "[cli]") {
  const Run run = run_savvy("--version");
  CHECK(run.exit_code == 0);
  CHECK(run.out.find("savvy ") == 0);
  for (const char* library : {"RocksDB ", "protobuf ", "snappy "}) {
    CHECK(run.out.find(library) != std::string::npos);
  }
  CHECK(run.err.empty());
}

TEST_CASE("help is no error, a wrong request is", "[cli]") {
  CHECK(run_savvy("--help").exit_code == 0);
  CHECK(run_savvy("dump --help").exit_code == 0);
  for (const char* wrong : {"", "no-such-command", "uid", "uid --no-such-option x"}) {
    CAPTURE(wrong);
    const Run run = run_savvy(wrong);
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK_FALSE(run.err.empty());
  }
}

TEST_CASE("a word that is no command is named", "[cli]") {
  CHECK(run_savvy("inspct x").err == "savvy: there is no command \"inspct\"; see savvy --help\n");
  CHECK(run_savvy("inspect").err.find("SNAPSHOT is required") == 0);
}

TEST_CASE("the id of a uid", "[cli]") {
  const Run run = run_savvy("uid CheckpointingSource1 kafka-source-operator-uid my-uid 'källa'");
  CHECK(run.exit_code == 0);
  CHECK(run.out ==
        "69f32d314b97c6f7f9ed7873983167f2  CheckpointingSource1\n"
        "cb16aa5adb311e8ac72482def19accbe  kafka-source-operator-uid\n"
        "8409efe6adc6d20787611f16017c808f  my-uid\n"
        "a902fc22c29c1a94849487a9059f5dac  källa\n");
  CHECK(run.err.empty());
}

TEST_CASE("a snapshot that is not there cannot be read", "[cli]") {
  const TempFolder folder;
  const Run run = run_savvy("inspect '" + folder.path("none") + "'");
  CHECK(run.exit_code == 3);
  CHECK(run.out.empty());
  CHECK(run.err == "savvy: " + folder.path("none") + ": cannot open: No such file or directory\n");
}

}  // namespace savvy::testing
