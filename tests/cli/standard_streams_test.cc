// Standard output and standard error that are closed or full.

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/cli/testdata.h"
#include "tests/cli/write_cases.h"
#include "tests/support/faulty_run.h"
#include "tests/support/files.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// Its splits come as bytes, which is told of on standard error.
const std::string kSource = shell_word(testdata_folder("flink2.3-hashmap-canonical"));

}  // namespace

TEST_CASE("what is printed does not land in files where a stream is closed", "[cli][streams]") {
  const TempFolder folder;
  const auto rows = [&](const std::string& name, const std::string& streams) {
    const std::string file = folder.path(name);
    const Run run = run_shell("savvy dump " + kSource + " -o " + shell_word(file) + streams);
    CHECK(run.exit_code == 0);
    return read_text(file);
  };
  const std::string expected = rows("open", "");
  for (const std::string streams :
       {" 2>&-", " >&- 2>&-", " <&- >&- 2>&-", " 2>/dev/full", " --progress 2>/dev/full"}) {
    CAPTURE(streams);
    CHECK((rows("closed", streams) == expected));
  }
  CHECK(run_shell("savvy dump " + kSource).err.find("are bytes") != std::string::npos);
}

TEST_CASE("a report that cannot be written is an error, and the snapshot stays", "[cli][streams]") {
  const TempFolder folder;
  const auto rescale = [&](const std::string& streams) {
    fs::remove_all(folder.path("there"));
    return run_shell("savvy rescale " + kSource + " " + shell_word(folder.path("there")) +
                     " --parallelism 1" + streams);
  };
  REQUIRE(rescale("").exit_code == 0);
  const Tree whole = tree_of(folder.path("there"));
  for (const std::string streams : {" >&-", " >/dev/full"}) {
    const Run run = rescale(streams);
    CAPTURE(streams, run.err);
    CHECK(run.exit_code == 5);
    CHECK(run.err.find("standard output: cannot write: ") != std::string::npos);
    CHECK(run.err.ends_with("there is there and whole\n"));
    CHECK((tree_of(folder.path("there")) == whole));
  }
}

TEST_CASE("what nobody reads any more ends no command that writes", "[cli][streams]") {
  const TempFolder folder;
  const std::string there = folder.path("there");
  const Run run = run_shell("(sleep 0.2; savvy relocate " + kSource + " " + shell_word(there) +
                            " --progress; echo $? >" + shell_word(folder.path("code")) +
                            ") 2>&1 >" + shell_word(folder.path("report")) + " | true");
  CHECK(read_text(folder.path("code")) == "0\n");
  CHECK(fs::exists(there));
  // What only prints ends as others do.
  const Run piped = run_shell("(sleep 0.2; savvy dump " + kSource + "; echo $? >" +
                              shell_word(folder.path("code")) + ") | true");
  CHECK(read_text(folder.path("code")) == "141\n");
  CHECK(piped.err.find("Broken pipe") == std::string::npos);
}

TEST_CASE("signals that are ignored stay so", "[cli][streams]") {
  const TempFolder folder;
  const std::string source = testdata_folder("flink2.3-hashmap-canonical").string();
  for (const bool ignored : {true, false}) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      CAPTURE(ignored, number);
      Fault fault;
      fault.call = 4;  // the first is that which makes the folder
      fault.signal_number = number;
      fault.ignored = ignored;
      const std::string there = folder.path(std::to_string(number) + (ignored ? "i" : "n"));
      const Run run = run_with_fault({"rescale", source, there, "--parallelism", "3"}, fault).run;
      CHECK(run.exit_code == (ignored ? 0 : 130));
      CHECK(fs::exists(there) == ignored);
    }
  }
}

TEST_CASE("an error that cannot be told keeps its exit code", "[cli][streams]") {
  for (const std::string streams : {" 2>/dev/full", " 2>&-"}) {
    CAPTURE(streams);
    CHECK(run_shell("savvy inspect /no/such/snapshot" + streams).exit_code == 3);
  }
}

}  // namespace savvy::testing
