// The program: finds the command, runs it, and turns errors into exit codes (design.md, section 2).

#include <fcntl.h>
#include <fmt/format.h>
#include <snappy.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/say.h"
#include "format/errors.h"
#include "format/protobuf_type.h"
#include "readers/rocksdb_source.h"

namespace savvy {
namespace {

constexpr int kUsage = 2;
constexpr int kUnreadable = 3;
constexpr int kUnsupported = 4;
constexpr int kWritingFailed = 5;
constexpr int kInterrupted = 130;

std::string version_text() {
  return fmt::format(
      "savvy {}\nCLI11 {}, fmt {}.{}.{}, nlohmann/json {}.{}.{}, protobuf {}, RocksDB {}, "
      "snappy {}.{}.{}",
      SAVVY_VERSION, CLI11_VERSION, FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100,
      NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH,
      protobuf_version(), rocksdb_version(), SNAPPY_MAJOR, SNAPPY_MINOR, SNAPPY_PATCHLEVEL);
}

int complain(const std::exception& error, int exit_code) {
  say("savvy: {}\n", error.what());
  return exit_code;
}

// No failure to be told of, unless who started the program wants to hear of it.
void end_by_broken_pipe(void (*handler_before)(int)) {
  if (handler_before == SIG_IGN) return;
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
}

int run(const Command& command, void (*pipe_handler_before)(int)) {
  try {
    return command.run();
  } catch (const UsageError& error) {
    return complain(error, kUsage);
  } catch (const FormatError& error) {
    return complain(error, kUnreadable);
  } catch (const UnsupportedError& error) {
    return complain(error, kUnsupported);
  } catch (const InterruptedError& error) {
    return complain(error, kInterrupted);
  } catch (const BrokenPipeError& error) {
    end_by_broken_pipe(pipe_handler_before);
    return complain(error, kWritingFailed);
  } catch (const IoError& error) {
    return complain(error,
                    error.direction() == IoDirection::kReading ? kUnreadable : kWritingFailed);
  } catch (const std::exception& error) {
    // Memory or RocksDB's threads ran out, say. Caught, so that what was begun is cleaned up.
    say("savvy: ended by an error of the system or a library: {}\n", error.what());
    return kUnreadable;
  }
}

// A standard stream that is closed leaves its number to the next file that is opened, and what is
// printed would land in that. A result cannot be written to what stands in here.
void fill_standard_streams() {
  int descriptor = 0;
  do {
    descriptor = open("/dev/null", O_RDONLY);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor > STDERR_FILENO) close(descriptor);
}

// A snapshot of many subtasks has many files open at once; the system's default is low.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// What help and version texts are written to by the library for options.
int finished(int exit_code, void (*pipe_handler_before)(int)) {
  std::cout.flush();
  if (std::cout.good()) return exit_code;
  if (errno == EPIPE) end_by_broken_pipe(pipe_handler_before);
  say("savvy: standard output: cannot write\n");
  return kWritingFailed;
}

int run_program(int argc, char** argv) {
  fill_standard_streams();
  // A write beyond the limit of a file's size, or to a pipe that nobody reads, fails like any other.
  std::signal(SIGXFSZ, SIG_IGN);
  const auto pipe_handler_before = std::signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  CLI::App program("Reads, checks and rewrites Apache Flink checkpoints and savepoints", "savvy");
  program.set_version_flag("--version", version_text());
  program.require_subcommand(1);
  program.footer(
      "Exit codes: 0 fine, 1 nothing found, a difference or a finding, 2 usage, 3 the input cannot "
      "be\n"
      "read, 4 not supported, 5 writing failed");
  const std::vector<Command> commands = {
      add_inspect_command(program),  add_schema_command(program),  add_dump_command(program),
      add_get_command(program),      add_stats_command(program),   add_files_command(program),
      add_check_command(program),    add_ls_command(program),      add_orphans_command(program),
      add_diff_command(program),     add_rescale_command(program), add_convert_command(program),
      add_relocate_command(program), add_uid_command(program)};
  try {
    program.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    // CLI11 says "A subcommand is required" even if there is a word in its place.
    const bool no_such_command = argc > 1 && argv[1][0] != '-' && program.get_subcommands().empty();
    if (!no_such_command) return program.exit(error) == 0 ? 0 : kUsage;
    say("savvy: there is no command \"{}\"; see savvy --help\n", argv[1]);
    return kUsage;
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? finished(0, pipe_handler_before) : kUsage;
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return run(command, pipe_handler_before);
  }
  return kUsage;
}

}  // namespace
}  // namespace savvy

int main(int argc, char** argv) {
  try {
    return savvy::run_program(argc, argv);
  } catch (...) {
    // Memory ran out while the arguments were read, or an error was told.
    std::fputs("savvy: ended by an error of the system\n", stderr);
    return savvy::kUnreadable;
  }
}
