// Commands that write are ended at random moments. A few times each in the normal run;
// SAVVY_KILL_RUNS=200 says how often, SAVVY_KILL_SEED=1 from which seed on.

#include <signal.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/cli/write_cases.h"
#include "tests/support/faulty_run.h"

namespace savvy::testing {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

unsigned number_in(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::atoi(text));
}

microseconds time_of_whole_run(WriteLab& lab) {
  lab.clear_place();
  const Clock::time_point start = Clock::now();
  const Run run = run_and_signal(lab.arguments(), 0, microseconds(0));
  REQUIRE(run.exit_code == 0);
  return std::chrono::duration_cast<microseconds>(Clock::now() - start);
}

struct Outcomes {
  int whole = 0;
  int nothing = 0;
  int leftover = 0;
};

void count(const WriteLab& lab, Outcomes& outcomes) {
  if (lab.is_whole()) {
    ++outcomes.whole;
  } else if (tree_of(lab.place()).size() == 1) {  // the folder for temporary files
    ++outcomes.nothing;
  } else {
    ++outcomes.leftover;
  }
}

void end_at_random(WriteLab& lab, unsigned seed, microseconds longest, Outcomes& outcomes) {
  constexpr std::array kSignals = {SIGKILL, SIGKILL, SIGINT, SIGTERM};
  std::mt19937 random(seed);
  const microseconds after(
      std::uniform_int_distribution<std::int64_t>(0, longest.count() * 11 / 10)(random));
  const int signal_number = kSignals[seed % kSignals.size()];
  lab.clear_place();
  const Run run = run_and_signal(lab.arguments(), signal_number, after);
  CAPTURE(seed, signal_number, after.count(), run.err);
  lab.check_aftermath(run, signal_number == SIGKILL ? Ending::kKilled : Ending::kOrderly);
  // Before anything is there to clean up, and behind that, a signal just ends the process.
  const bool ended_by_signal = run.exit_code == 128 + signal_number;
  CHECK((run.exit_code == 0 || run.exit_code == 130 || ended_by_signal));
  count(lab, outcomes);
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("a command that writes may end at any moment", "[cli][faults]",
                       ((int index), index), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9) {
  const WriteCase write_case = write_cases().at(index);
  WriteLab lab(write_case);
  const unsigned runs = number_in("SAVVY_KILL_RUNS", 4);
  const unsigned first = number_in("SAVVY_KILL_SEED", 1);
  const microseconds longest = time_of_whole_run(lab);
  Outcomes outcomes;
  for (unsigned seed = first; seed < first + runs; ++seed) {
    end_at_random(lab, seed, longest, outcomes);
  }
  std::cout << write_case.name << ": " << runs << " runs ended from seed " << first
            << " on: " << outcomes.nothing << " left nothing, " << outcomes.leftover
            << " something unfinished, " << outcomes.whole << " were whole\n";
}

}  // namespace savvy::testing
