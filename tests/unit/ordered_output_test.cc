#include "cli/ordered_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "format/byte_units.h"
#include "format/errors.h"
#include "tests/support/files.h"
#include "tests/support/temp_folder.h"

namespace savvy {
namespace {

using namespace testing;

// Runs `use` on an ordered output of a file; the text that arrived.
template <typename Use>
std::string output_of(Use use, std::size_t skipped_bytes = 0) {
  const TempFolder folder;
  Output file(folder.path("out"));
  OrderedOutput output(file, skipped_bytes);
  use(output);
  file.finish();
  return read_text(folder.path("out"));
}

// Nothing can be written to standard output for a while.
class FullStandardOutput {
 public:
  FullStandardOutput() {
    std::fflush(stdout);
    saved_ = dup(STDOUT_FILENO);
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    dup2(full, STDOUT_FILENO);
    close(full);
  }
  ~FullStandardOutput() {
    dup2(saved_, STDOUT_FILENO);
    close(saved_);
  }
  FullStandardOutput(const FullStandardOutput&) = delete;
  FullStandardOutput& operator=(const FullStandardOutput&) = delete;

 private:
  int saved_ = -1;
};

std::exception_ptr error_with(const std::string& text) {
  return std::make_exception_ptr(FormatError(text));
}

std::string text_of(const std::exception_ptr& error) {
  if (error == nullptr) return "none";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return caught.what();
  }
}

}  // namespace

TEST_CASE("units that end in any order are written in theirs", "[ordered_output]") {
  std::vector<std::size_t> order = {0, 1, 2, 3};
  do {
    CAPTURE(order);
    CHECK(output_of([&](OrderedOutput& output) {
            for (const std::size_t unit : order) {
              CHECK(output.write(unit, "<" + std::to_string(unit)));
              CHECK(output.write(unit, ">"));
              output.finish(unit, nullptr);
            }
            CHECK(text_of(output.error()) == "none");
          }) == "<0><1><2><3>");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("parts of units that overlap keep their order", "[ordered_output]") {
  CHECK(output_of([](OrderedOutput& output) {
          output.write(1, "b1");
          output.write(0, "a1");
          output.write(2, "c1");
          output.write(1, "b2");
          output.finish(0, nullptr);
          output.write(1, "b3");
          output.finish(2, nullptr);
          output.finish(1, nullptr);
        }) == "a1b1b2b3c1");
}

TEST_CASE("units without text", "[ordered_output]") {
  CHECK(output_of([](OrderedOutput& output) {
          output.finish(1, nullptr);
          output.write(2, "c");
          output.finish(0, nullptr);
          output.finish(2, nullptr);
        }) == "c");
}

TEST_CASE("the first separator is dropped, over several texts if need be", "[ordered_output]") {
  const auto use = [](OrderedOutput& output) {
    output.write(1, ",\nb");
    output.finish(0, nullptr);
    output.finish(1, nullptr);
  };
  CHECK(output_of(use, 1) == "\nb");
  CHECK(output_of(
            [](OrderedOutput& output) {
              output.write(0, "1");
              output.write(0, "");
              output.write(0, "2345");
              output.finish(0, nullptr);
            },
            3) == "45");
}

TEST_CASE("an error keeps what stands before it and ends the rest", "[ordered_output]") {
  CHECK(output_of([](OrderedOutput& output) {
          output.write(2, "never written");
          output.finish(2, nullptr);
          output.write(1, "before the error;");
          output.finish(1, error_with("unit 1 failed"));
          CHECK_FALSE(output.stopped());  // unit 0 still has its say
          CHECK(text_of(output.error()) == "none");
          CHECK(output.write(0, "unit 0;"));
          output.finish(0, nullptr);
          CHECK(output.stopped());
          CHECK(text_of(output.error()) == "unit 1 failed");
          CHECK_FALSE(output.write(3, "too late"));
          output.finish(3, error_with("not the first"));
          CHECK(text_of(output.error()) == "unit 1 failed");
        }) == "unit 0;before the error;");
}

TEST_CASE("of several errors the first in order counts, not in time", "[ordered_output]") {
  output_of([](OrderedOutput& output) {
    output.finish(2, error_with("second"));
    output.finish(1, error_with("first"));
    output.finish(0, nullptr);
    CHECK(text_of(output.error()) == "first");
  });
}

TEST_CASE("an output that fails ends the whole", "[ordered_output]") {
  const FullStandardOutput full;
  Output standard_output("");
  OrderedOutput output(standard_output, 0);
  CHECK(output.write(1, "held"));
  CHECK_FALSE(output.write(0, "text"));
  CHECK(output.stopped());
  CHECK(text_of(output.error()) == "standard output: cannot write: No space left on device");
  output.finish(0, nullptr);
  CHECK_FALSE(output.write(1, "more"));
}

TEST_CASE("an output that fails on text that was held", "[ordered_output]") {
  const FullStandardOutput full;
  Output standard_output("");
  OrderedOutput output(standard_output, 0);
  CHECK(output.write(1, "held"));
  output.finish(0, nullptr);
  CHECK(output.stopped());
  CHECK(text_of(output.error()).find("No space left on device") != std::string::npos);
}

TEST_CASE("threads that finish in any order", "[ordered_output]") {
  constexpr std::size_t kUnits = 60;
  constexpr std::size_t kThreads = 4;
  std::string expected;
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    for (int part = 0; part < 3; ++part) expected += std::to_string(unit) + ";";
  }
  CHECK(output_of([](OrderedOutput& output) {
          std::atomic<std::size_t> next = 0;
          std::vector<std::thread> threads;
          for (std::size_t i = 0; i < kThreads; ++i) {
            threads.emplace_back([&output, &next, i] {
              std::minstd_rand random(static_cast<unsigned>(i + 1));
              for (std::size_t unit = next++; unit < kUnits; unit = next++) {
                for (int part = 0; part < 3; ++part) {
                  std::this_thread::sleep_for(std::chrono::microseconds(random() % 500));
                  output.write(unit, std::to_string(unit) + ";");
                }
                output.finish(unit, nullptr);
              }
            });
          }
          for (std::thread& thread : threads) thread.join();
        }) == expected);
}

// 32 MiB may be held: the third text of 20 MiB waits until the first unit is done.
TEST_CASE("a thread far ahead waits for its turn", "[ordered_output]") {
  const std::string large(20 * kMiB, 'x');
  const TempFolder folder;
  Output file(folder.path("out"));
  OrderedOutput output(file, 0);
  std::atomic<int> written = 0;
  std::thread ahead([&] {
    for (int i = 0; i < 3; ++i) {
      output.write(1, std::string(large));
      ++written;
    }
    output.finish(1, nullptr);
  });
  while (written < 2) std::this_thread::yield();
  // Long enough for the third to be written, if it did not wait.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(written == 2);
  output.finish(0, nullptr);
  ahead.join();
  CHECK(written == 3);
  file.finish();
  CHECK(std::filesystem::file_size(folder.path("out")) == 3 * large.size());
}

TEST_CASE("an end that is none of a unit ends the waits of all", "[ordered_output]") {
  output_of([&](OrderedOutput& output) {
    // More than is held: the thread waits for its turn.
    std::jthread waiting([&] {
      while (output.write(1, std::string(kMiB, 'x'))) {
      }
      CHECK(output.stopped());
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    output.abort(error_with("no memory"));
    waiting.join();
    CHECK(text_of(output.error()) == "no memory");
    CHECK_FALSE(output.write(0, "late"));
  });
}

}  // namespace savvy
