// A line on a terminal's standard error that says how far a long command is.

#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace CLI {
class App;
}

namespace savvy {

// --progress and --no-progress; by default on where standard error is a terminal and standard
// output is not.
struct ProgressOptions {
  bool on = false;
  bool off = false;

  bool enabled() const;
};
void add_progress_options(CLI::App& command, ProgressOptions& options);

class Progress {
 public:
  explicit Progress(bool enabled) : enabled_(enabled) {}
  // Takes its line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // More bytes of output are written, or of input read. Draws a few times a second at most.
  void add_written(std::uint64_t bytes) { add(bytes, "written"); }
  void add_read(std::uint64_t bytes) { add(bytes, "read"); }

 private:
  using Clock = std::chrono::steady_clock;

  void add(std::uint64_t bytes, std::string_view what);

  bool enabled_;
  bool drawn_ = false;
  std::uint64_t bytes_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_draw_ = start_;
};

}  // namespace savvy
