// Standard output and standard error that are closed or full.

#include <catch2/catch.hpp>

#include "tests/cli/testdata.h"
#include "tests/cli/write_cases.h"
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

TEST_CASE("an error that cannot be told keeps its exit code", "[cli][streams]") {
  for (const std::string streams : {" 2>/dev/full", " 2>&-"}) {
    CAPTURE(streams);
    CHECK(run_shell("savvy inspect /no/such/snapshot" + streams).exit_code == 3);
  }
}

}  // namespace savvy::testing
