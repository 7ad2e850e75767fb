// Every call with which a command looks at or reads its source is made to fail once: the file
// vanishes, may not be read, cannot be read, ends early. The normal run fails each call in one way,
// and not all calls of the longer runs; with SAVVY_LONG_FAULTS=1 every call fails in every way.

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <set>

#include "tests/cli/write_cases.h"
#include "tests/support/damage.h"
#include "tests/support/faulty_run.h"
#include "tests/support/small_snapshot.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::array kErrors = {EIO, ENOENT, EACCES, kEndOfFile};
constexpr int kMostCalls = 16;  // of a run that fail in the normal run

bool is_long() { return std::getenv("SAVVY_LONG_FAULTS") != nullptr; }

// A running job deletes checkpoints: who looks at all below a folder does without what has vanished,
// and says no more of a snapshot than what became of it.
enum class Vanished { kTold, kUntold };

// A command, and how it may end when something could not be read.
struct ReadCase {
  std::string command;
  std::vector<std::string> arguments;  // SOURCE, ROOT, TWIN and THERE stand for paths
  std::set<int> exit_codes = {3};
  Vanished vanished = Vanished::kTold;
};

std::vector<ReadCase> read_cases() {
  return {
      // What these show of a file that cannot be read is that it cannot.
      {"inspect", {"SOURCE"}, {0, 3}},
      {"files", {"SOURCE"}, {0, 3}},
      {"ls", {"ROOT"}, {0, 3}, Vanished::kUntold},
      // The answer is no, or there is nothing to answer about.
      {"check", {"SOURCE"}, {1, 3}},
      {"check", {"SOURCE", "--read-data"}, {1, 3}},
      {"check", {"--chain", "ROOT"}, {1, 3}, Vanished::kUntold},
      {"ls", {"ROOT", "--latest-good", "--read-data"}, {1, 3}, Vanished::kUntold},
      {"schema", {"SOURCE"}, {0, 3}},
      {"dump", {"SOURCE"}},
      {"get", {"SOURCE", "--key", "a"}},
      {"stats", {"SOURCE"}},
      {"diff", {"SOURCE", "TWIN"}},
      {"orphans", {"ROOT"}},
      {"rescale", {"SOURCE", "THERE", "--parallelism", "3"}},
      {"convert", {"SOURCE", "THERE", "--to", "hashmap"}},
      {"relocate", {"SOURCE", "THERE"}},
  };
}

void run_well(const std::string& arguments) {
  const Run run = run_savvy(arguments);
  CAPTURE(arguments, run.err);
  REQUIRE(run.exit_code == 0);
}

// A source whose state lies in files, and the same elsewhere.
class Sources {
 public:
  explicit Sources(const std::string& layout) {
    const OperatorState keyed = keyed_operator({value_entry("a", 1), list_entry("b", {"x", "y"}),
                                                map_entry("a", "m", 3), timer_entry("b", 4)},
                                               1);
    const OperatorState stateful = stateful_operator({{{"one", "two"}, {"all"}, {{"rule", "1"}}}});
    const std::string inlined =
        shell_word(write_snapshot(folder_, "inline", {keyed, stateful})) + " ";
    fs::create_directory(root());
    run_well(layout == "canonical"
                 ? "rescale " + inlined + shell_word(source()) + " --parallelism 2"
                 : "convert " + inlined + shell_word(source()) + " --to " + layout);
    copy_snapshot(source(), folder_.path("twin"));
    tree_ = tree_of(root());
  }

  fs::path root() const { return folder_.path("root"); }
  fs::path source() const { return root() / "savepoint-1"; }

  FaultyRun run(const ReadCase& read_case, Fault fault) const {
    fault.calls = Fault::Calls::kReading;
    fault.below = root().string();
    std::vector<std::string> words = {read_case.command};
    for (const std::string& word : read_case.arguments) {
      words.push_back(word == "SOURCE"  ? source().string()
                      : word == "ROOT"  ? root().string()
                      : word == "TWIN"  ? folder_.path("twin")
                      : word == "THERE" ? folder_.path("there")
                                        : word);
    }
    return run_with_fault(words, fault);
  }

  void check_untouched() const { CHECK((tree_of(root()) == tree_)); }
  // What a command that writes left; nothing is left for the next.
  Tree take_result() const {
    const fs::path there = folder_.path("there");
    CHECK_FALSE(fs::exists(there.string() + ".inprogress"));
    if (!fs::exists(there)) return {};
    Tree result = tree_of(there);
    fs::remove_all(there);
    return result;
  }

 private:
  TempFolder folder_;
  Tree tree_;
};

class FaultedReads {
 public:
  FaultedReads(const Sources& sources, ReadCase read_case)
      : sources_(sources), case_(std::move(read_case)), whole_(sources_.run(case_, {})) {
    result_ = sources_.take_result();
    CAPTURE(case_.command, whole_.run.err);
    REQUIRE(whole_.run.exit_code == 0);
    REQUIRE(!whole_.calls.empty());
  }

  int call_count() const { return static_cast<int>(whole_.calls.size()); }

  void fail(int call, int error) {
    const FaultyRun faulty = sources_.run(case_, {call, error});
    const Tree result = sources_.take_result();
    if (faulty.calls.size() < static_cast<std::size_t>(call)) return;
    const std::string& hit = faulty.calls[static_cast<std::size_t>(call) - 1];
    CAPTURE(case_.command, case_.arguments, call, error, hit, faulty.run.exit_code, faulty.run.err);
    sources_.check_untouched();
    // It could do without, and did all the same.
    if (faulty.run.exit_code == 0 && faulty.run.out == whole_.run.out && result == result_) return;
    ++noticed_;
    CHECK(result.empty());
    if (case_.vanished == Vanished::kUntold && error == ENOENT) return;
    CHECK(case_.exit_codes.contains(faulty.run.exit_code));
    if (case_.command == "ls") return;
    const std::string said = faulty.run.out + faulty.run.err;
    CHECK(said.find(fs::path(hit.substr(hit.find(' ') + 1)).filename().string()) !=
          std::string::npos);
    const bool orderly = faulty.run.exit_code != 3 || faulty.run.err.starts_with("savvy: ");
    CHECK(orderly);
  }

  // Half of what was asked for is no fault: the rest follows.
  void read_by_halves(int call) {
    const FaultyRun faulty = sources_.run(case_, {call, kHalf});
    CAPTURE(case_.command, call, faulty.run.err);
    CHECK(faulty.run.exit_code == 0);
    CHECK(faulty.run.out == whole_.run.out);
    CHECK((sources_.take_result() == result_));
  }

  int noticed() const { return noticed_; }

 private:
  const Sources& sources_;
  ReadCase case_;
  FaultyRun whole_;
  Tree result_;
  int noticed_ = 0;
};

void fail_every_call(const Sources& sources, const ReadCase& read_case) {
  FaultedReads faulted(sources, read_case);
  const int count = faulted.call_count();
  const int step = is_long() ? 1 : (count + kMostCalls - 1) / kMostCalls;
  for (int call = 1; call <= count; call += step) {
    for (std::size_t i = 0; i < kErrors.size(); ++i) {
      const bool chosen = static_cast<std::size_t>(call / step) % kErrors.size() == i;
      if (is_long() || chosen) faulted.fail(call, kErrors[i]);
    }
  }
  faulted.read_by_halves(count);
  std::cout << read_case.command << ": " << count << " calls read, noticed " << faulted.noticed()
            << " faults\n";
  CHECK(faulted.noticed() > 0);
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("every call that reads a source may fail", "[cli][faults][reads]",
                       ((int index), index), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) {
  REQUIRE(read_cases().size() == 16);
  for (const std::string layout : {"canonical", "rocksdb"}) {
    const Sources sources(layout);
    fail_every_call(sources, read_cases().at(index));
  }
}

TEST_CASE("a file that ends early while it is read is said to", "[cli][faults][reads]") {
  const Sources sources("canonical");
  // One thread, so that every run makes the same calls.
  const ReadCase dump = {"dump", {"SOURCE", "--jobs", "1"}};
  const std::vector<std::string> calls = sources.run(dump, {}).calls;
  int found = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!calls[i].starts_with("pread ")) continue;
    const Run run = sources.run(dump, {static_cast<int>(i) + 1, kEndOfFile}).run;
    CAPTURE(calls[i], run.err);
    CHECK(run.exit_code == 3);
    CHECK(run.err.starts_with("savvy: " + calls[i].substr(6) + ": cannot read to its end, which "));
    ++found;
  }
  CHECK(found > 3);
}

TEST_CASE("a machine that runs out of files is no damage", "[cli][faults][reads]") {
  const Sources sources("rocksdb");
  for (const std::string command : {"check", "ls"}) {
    const ReadCase reads = command == "ls"
                               ? ReadCase{command, {"ROOT", "--latest-good", "--read-data"}}
                               : ReadCase{command, {"SOURCE", "--read-data", "--jobs", "1"}};
    const FaultyRun whole = sources.run(reads, {});
    int told = 0;
    for (std::size_t i = 0; i < whole.calls.size(); ++i) {
      if (!whole.calls[i].starts_with("open")) continue;
      const Run run = sources.run(reads, {static_cast<int>(i) + 1, EMFILE}).run;
      CAPTURE(command, whole.calls[i], run.err);
      if (run.exit_code == 0 && run.out == whole.run.out) continue;
      CHECK(run.exit_code == 3);
      CHECK(run.err.find("Too many open files") != std::string::npos);
      ++told;
    }
    CHECK(told > 5);
  }
}

}  // namespace savvy::testing
