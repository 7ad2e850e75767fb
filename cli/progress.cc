#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/table.h"

namespace savvy {
namespace {

constexpr std::chrono::milliseconds kDrawEvery(250);
// Back to the start of the line, and clear it.
constexpr std::string_view kClearLine = "\r\x1b[K";

void draw(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

bool ProgressOptions::enabled() const {
  if (on || off) return on;
  return isatty(STDERR_FILENO) != 0 && isatty(STDOUT_FILENO) == 0;
}

void add_progress_options(CLI::App& command, ProgressOptions& options) {
  CLI::Option* on = command.add_flag("--progress", options.on,
                                     "Show progress on standard error; by default only if that is "
                                     "a terminal and the output is not");
  command.add_flag("--no-progress", options.off, "Show no progress")->excludes(on);
}

Progress::~Progress() {
  if (drawn_) draw(kClearLine);
}

void Progress::add(std::uint64_t bytes, std::string_view what) {
  if (!enabled_) return;
  bytes_ += bytes;
  const Clock::time_point now = Clock::now();
  if (now < next_draw_) return;
  next_draw_ = now + kDrawEvery;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  draw(fmt::format("{}{} {}, {:.0f} s", kClearLine, human_bytes(bytes_), what, seconds));
  drawn_ = true;
}

}  // namespace savvy
