// Runs the program while its calls to the file system fail, or signals come in between; or measures
// what it takes.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/run_program.h"

namespace savvy::testing {

// What tests/support/fault_injector.cc does to the program.
struct Fault {
  enum class Calls { kWriting, kReadingBack, kReading };

  int call = 0;   // the call that is hit, from 1; 0: none
  int error = 0;  // what it fails with, or one of the constants below
  int signal_number = 0;
  bool onwards = false;  // all later calls fail as well
  Calls calls = Calls::kWriting;
  int killed_at = 0;       // a later call in front of which the process is killed
  bool ignored = false;    // the program is started with the signal ignored
  std::string below = {};  // for kReading: calls about what lies below this path are counted
};
constexpr int kHalf = -1;       // a write stores, a read gets half its bytes
constexpr int kEndOfFile = -2;  // a read finds the end of the file

struct FaultyRun {
  Run run;                         // the exit code of a process that was killed: 128 and the signal
  std::vector<std::string> calls;  // those that were counted, up to the end: "mkdir /a/b"
};

// `arguments` without the name of the program.
FaultyRun run_with_fault(const std::vector<std::string>& arguments, const Fault& fault);

struct MeasuredRun {
  Run run;
  double cpu_seconds = 0;
  std::uint64_t peak_bytes = 0;  // of memory; with a sanitizer also what it keeps
};
MeasuredRun run_measured(const std::vector<std::string>& arguments);

// Sends a signal after this time; the exit code as above.
Run run_and_signal(const std::vector<std::string>& arguments, int signal_number,
                   std::chrono::microseconds after);

}  // namespace savvy::testing
