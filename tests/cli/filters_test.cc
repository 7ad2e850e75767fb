// What commands say where nothing matches their filters.

#include <catch2/catch.hpp>

#include "tests/cli/testdata.h"

namespace savvy::testing {
namespace {

const std::string kSnapshot = "flink2.3-hashmap-canonical";
const std::string kOther = "flink2.3-rocksdb-native";
const std::string kNothing = " matches the filters\n";

std::string path_of(const std::string& snapshot) { return shell_word(testdata_folder(snapshot)); }

void finds_nothing(const std::string& command) {
  CAPTURE(command);
  const Run run = run_savvy(command);
  CHECK(run.exit_code == 1);
  CHECK(run.err.starts_with("savvy: nothing in "));
  CHECK(run.err.ends_with(kNothing));
}

}  // namespace

TEST_CASE("a filter that nothing matches is said to", "[cli][filters]") {
  for (const std::string filter :
       {"--operator nobody", "--state nobody", "--kind channel", "--key-group 200"}) {
    finds_nothing("dump " + path_of(kSnapshot) + " " + filter);
    finds_nothing("stats " + path_of(kSnapshot) + " " + filter);
    finds_nothing("diff " + path_of(kSnapshot) + " " + path_of(kOther) + " " + filter);
  }
  for (const std::string command : {"dump", "stats"}) {
    finds_nothing(command + " " + path_of(kSnapshot) + " --subtask 7");
  }
  for (const std::string filter : {"--operator nobody", "--state nobody", "--kind channel"}) {
    finds_nothing("schema " + path_of(kSnapshot) + " " + filter);
  }
}

TEST_CASE("what is left out is told of states that were asked for", "[cli][filters]") {
  const std::string snapshot = path_of("flink2.3-hashmap-native");
  const auto notes = [&](const std::string& state) {
    return run_savvy("dump " + snapshot + " --state " + state).err;
  };
  CHECK(notes("counters").find("empty lists or maps of state \"counters\"") != std::string::npos);
  CHECK(notes("profile").find("empty lists or maps") == std::string::npos);
}

TEST_CASE("a filter that something matches is met", "[cli][filters]") {
  for (const std::string filter :
       {"--operator keyed-string", "--state profile", "--kind keyed", "--key-group 0-127"}) {
    CAPTURE(filter);
    for (const std::string command : {"dump", "stats"}) {
      const Run run = run_savvy(command + " " + path_of(kSnapshot) + " " + filter);
      CHECK(run.exit_code == 0);
      CHECK(run.err.find(kNothing) == std::string::npos);
    }
    const Run run =
        run_savvy("diff " + path_of(kSnapshot) + " " + path_of(kSnapshot) + " " + filter);
    CHECK(run.exit_code == 0);
    CHECK(run.err.empty());
  }
  // States without entries, and key groups without keys, are there all the same.
  for (const std::string filter : {"--state empty", "--operator keyed-long --kind timer",
                                   "--operator keyed-long --key-group 0"}) {
    CAPTURE(filter);
    const Run run = run_savvy("diff " + path_of(kOther) + " " + path_of(kOther) + " " + filter);
    CHECK(run.exit_code == 0);
    CHECK(run.err.empty());
  }
  CHECK(run_savvy("dump --limit 0 --state profile " + path_of(kSnapshot)).exit_code == 0);
}

}  // namespace savvy::testing
