// Every call of the commands that write is made to fail once, and the process to end in front of
// it. The normal run fails every call, and ends the process at some of them; with
// SAVVY_LONG_FAULTS=1 everything is done at every call.

#include <signal.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "tests/cli/write_cases.h"
#include "tests/support/faulty_run.h"

namespace savvy::testing {
namespace {

constexpr int kInterrupted = 130;
constexpr std::array kStopping = {SIGINT, SIGTERM, SIGHUP};

bool is_long() { return std::getenv("SAVVY_LONG_FAULTS") != nullptr; }

// The calls to hit: every `step`th, or all.
std::vector<int> calls_up_to(std::size_t count, int step) {
  std::vector<int> calls;
  for (int call = 1; call <= static_cast<int>(count); call += is_long() ? 1 : step) {
    calls.push_back(call);
  }
  return calls;
}

// RocksDB tries once more to open a database, in another way, and reads what it could not prefetch.
bool rocksdb_reads_twice(const std::string& call) {
  return call.ends_with(".sst") || call.ends_with("-MANIFEST-000001") || call.ends_with("-CURRENT");
}

class FaultedCase {
 public:
  explicit FaultedCase(const WriteCase& write_case) : lab_(write_case), name_(write_case.name) {}

  std::size_t count_calls(Fault::Calls calls) {
    Fault none;
    none.calls = calls;
    return run(none).calls.size();
  }

  FaultyRun run(const Fault& fault) {
    lab_.clear_place();
    return run_with_fault(lab_.arguments(), fault);
  }

  // A call that fails ends in an orderly way, and the message says which and why.
  void fail(int call, int error, Fault::Calls calls) {
    const FaultyRun faulty = run({call, error, 0, false, calls});
    if (faulty.calls.size() < static_cast<std::size_t>(call)) return;
    const std::string& hit = faulty.calls[static_cast<std::size_t>(call) - 1];
    CAPTURE(call, hit, faulty.run.err);
    lab_.check_aftermath(faulty.run, Ending::kOrderly);
    if (hit.starts_with("pthread_create ")) {
      // Others do its work, unless RocksDB wants it.
      CHECK((faulty.run.exit_code == 0 || faulty.run.exit_code == 3));
      CHECK((faulty.run.exit_code == 0) == lab_.is_whole());
      return;
    }
    if (calls == Fault::Calls::kReadingBack && rocksdb_reads_twice(hit) && lab_.is_whole()) return;
    CHECK(faulty.run.exit_code == 5);
    const std::string& message = faulty.run.err;
    CHECK((message.find(lab_.place().string()) != std::string::npos ||
           message.find("standard output") != std::string::npos));
    CHECK(message.find(": cannot ") != std::string::npos);
    CHECK(message.find(std::strerror(error)) != std::string::npos);
    CHECK((message.find("is there and whole") != std::string::npos) == lab_.is_whole());
  }

  // From this call on nothing works, not even to clean up.
  void fail_onwards(int call) {
    const FaultyRun faulty = run({call, ENOSPC, 0, true, Fault::Calls::kWriting});
    CAPTURE(call, faulty.run.err);
    CHECK(faulty.run.exit_code == 5);
    lab_.check_aftermath(faulty.run, Ending::kKilled);
  }

  // What goes on as if nothing were.
  void disturb(int call, int error) {
    const FaultyRun faulty = run({call, error, 0, false, Fault::Calls::kWriting});
    const std::string name = faulty.calls.at(static_cast<std::size_t>(call) - 1);
    if (name.find("write") == std::string::npos) return;
    CAPTURE(call, error, name, faulty.run.err);
    CHECK(faulty.run.exit_code == 0);
    CHECK(lab_.is_whole());
  }

  void kill(int call) {
    const FaultyRun faulty = run({call, 0, SIGKILL, false, Fault::Calls::kWriting});
    CAPTURE(call);
    CHECK(faulty.run.exit_code == 128 + SIGKILL);
    lab_.check_aftermath(faulty.run, Ending::kKilled);
  }

  // The whole result does not get its name, and what cleans up is killed.
  void kill_while_cleaning_up() {
    const std::vector<std::string> calls = run({}).calls;
    int named = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (calls[i].starts_with("renameat2 ")) named = static_cast<int>(i) + 1;
    }
    REQUIRE(named > 0);
    Fault fault{named, EIO};
    const int end = static_cast<int>(run(fault).calls.size());
    for (fault.killed_at = named + 1; fault.killed_at <= end; ++fault.killed_at) {
      CAPTURE(fault.killed_at);
      lab_.check_aftermath(run(fault).run, Ending::kKilled);
    }
    CHECK(end > named + 3);
  }

  // Behind the last look at the flag the result is whole, and is kept.
  void interrupt(int call, int signal_number) {
    const FaultyRun faulty = run({call, 0, signal_number, false, Fault::Calls::kWriting});
    CAPTURE(call, signal_number, faulty.run.err);
    lab_.check_aftermath(faulty.run, Ending::kOrderly);
    if (lab_.is_whole()) return;
    CHECK(faulty.run.exit_code == kInterrupted);
    CHECK(faulty.run.err.find("interrupted") != std::string::npos);
  }

  bool is_whole() const { return lab_.is_whole(); }
  const std::string& name() const { return name_; }

 private:
  WriteLab lab_;
  std::string name_;
};

void fail_every_call(FaultedCase& faulted) {
  const std::size_t writing = faulted.count_calls(Fault::Calls::kWriting);
  const std::size_t reading = faulted.count_calls(Fault::Calls::kReadingBack);
  std::cout << faulted.name() << ": " << writing << " calls write, " << reading << " read back\n";
  REQUIRE(writing > 5);
  for (const int call : calls_up_to(writing, 1)) {
    faulted.fail(call, call % 2 == 0 ? EIO : ENOSPC, Fault::Calls::kWriting);
  }
  for (const int call : calls_up_to(reading, 149)) {
    faulted.fail(call, EIO, Fault::Calls::kReadingBack);
  }
}

void end_at_calls(FaultedCase& faulted) {
  const std::size_t writing = faulted.count_calls(Fault::Calls::kWriting);
  for (const int call : calls_up_to(writing, 29)) {
    faulted.kill(call);
    faulted.fail_onwards(call);
    faulted.interrupt(call, kStopping[static_cast<std::size_t>(call) % kStopping.size()]);
    faulted.disturb(call, call % 2 == 0 ? kHalf : EINTR);
  }
  // The last calls are those that give names.
  for (int back = 0; back < 5; ++back) faulted.kill(static_cast<int>(writing) - back);
}

}  // namespace

// A test of its own for each of write_cases(), so that they run side by side.
TEMPLATE_TEST_CASE_SIG("every call of a command that writes may fail", "[cli][faults]",
                       ((int index), index), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9) {
  FaultedCase faulted(write_cases().at(index));
  fail_every_call(faulted);
}

TEMPLATE_TEST_CASE_SIG("a command that writes may end at any call", "[cli][faults]",
                       ((int index), index), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9) {
  FaultedCase faulted(write_cases().at(index));
  end_at_calls(faulted);
}

TEST_CASE("what is half removed does not look like a snapshot", "[cli][faults]") {
  FaultedCase faulted(write_cases().at(0));
  faulted.kill_while_cleaning_up();
}

TEST_CASE("temporary files lose their name where they need one", "[cli][faults]") {
  FaultedCase faulted(write_cases().at(6));
  const std::vector<std::string> calls = faulted.run({}).calls;
  const auto is_temporary = [](const std::string& call) {
    return call.starts_with("open ") && call.ends_with("/place/tmp");
  };
  const auto first = std::find_if(calls.begin(), calls.end(), is_temporary);
  REQUIRE(first != calls.end());
  Fault fault;
  fault.call = static_cast<int>(first - calls.begin()) + 1;
  fault.error = EOPNOTSUPP;  // of a file system that knows no files without a name
  const FaultyRun run = faulted.run(fault);
  CHECK(run.run.exit_code == 0);
  CHECK(faulted.is_whole());
  const auto named = [&](const std::string& call) {
    return std::count_if(run.calls.begin(), run.calls.end(), [&](const std::string& made) {
      return made.starts_with(call) && made.find("/place/tmp/savvy-") != std::string::npos;
    });
  };
  CHECK(named("mkstemp ") == 1);
  CHECK(named("unlink ") == 1);
}

TEST_CASE("all commands that write are made to fail", "[cli][faults]") {
  CHECK(write_cases().size() == 10);
}

}  // namespace savvy::testing
