#include "tests/support/faulty_run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/support/files.h"
#include "tests/support/sanitizer_reports.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

using Environment = std::vector<std::string>;

void redirect(int descriptor, const std::string& path, int flags) {
  const int opened = open(path.c_str(), flags, 0666);
  if (opened < 0 || dup2(opened, descriptor) < 0) _exit(127);
}

[[noreturn]] void become_savvy(const std::vector<std::string>& arguments, const TempFolder& folder,
                               const Environment& environment) {
  redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
  redirect(STDOUT_FILENO, folder.path("out"), O_WRONLY | O_CREAT);
  redirect(STDERR_FILENO, folder.path("err"), O_WRONLY | O_CREAT);
  for (const std::string& variable : environment) putenv(strdup(variable.c_str()));
  std::vector<char*> words = {strdup("savvy")};
  for (const std::string& argument : arguments) words.push_back(strdup(argument.c_str()));
  words.push_back(nullptr);
  execv(SAVVY_PROGRAM, words.data());
  _exit(127);
}

// Signals of the test that sends them must not meet the handlers that the child has of its parent.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

  void let_go_with_defaults(int ignored_signal) const {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, SIG_DFL);
    if (ignored_signal != 0) signal(ignored_signal, SIG_IGN);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_;
};

pid_t start(const std::vector<std::string>& arguments, const TempFolder& folder,
            Environment environment, const std::string& sanitizer_options = {},
            int ignored_signal = 0) {
  for (const std::string& variable : SanitizerReports(folder).environment(sanitizer_options)) {
    environment.push_back(variable);
  }
  const SignalsHeld held;
  const pid_t process = fork();
  if (process < 0) throw std::runtime_error("cannot fork");
  if (process == 0) {
    held.let_go_with_defaults(ignored_signal);
    become_savvy(arguments, folder, environment);
  }
  return process;
}

Run finish(pid_t process, const TempFolder& folder, rusage* usage = nullptr) {
  int status = 0;
  if (wait4(process, &status, 0, usage) != process) throw std::runtime_error("cannot wait");
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  SanitizerReports(folder).expect_none(code);
  const auto text = [&](const std::string& name) {
    std::ifstream in(folder.path(name), std::ios::binary);  // not there if killed before
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  return {code, text("out"), text("err")};
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The sanitizer wants to be loaded first, and does as well if it is not. What RocksDB loses when one
// of its threads does not start is not ours to find.
constexpr const char* kPreloaded = "verify_asan_link_order=0:detect_leaks=0";

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

Environment environment_of(const Fault& fault, const std::string& log) {
  const auto flag = [](bool set) { return set ? "1" : "0"; };
  return {std::string("LD_PRELOAD=") + SAVVY_FAULT_INJECTOR,
          "SAVVY_FAULT_CALL=" + std::to_string(fault.call),
          "SAVVY_FAULT_ERROR=" + std::to_string(fault.error),
          "SAVVY_FAULT_KILLED_AT=" + std::to_string(fault.killed_at),
          "SAVVY_FAULT_SIGNAL=" + std::to_string(fault.signal_number),
          std::string("SAVVY_FAULT_ONWARDS=") + flag(fault.onwards),
          std::string("SAVVY_FAULT_READS=") + flag(fault.calls != Fault::Calls::kWriting),
          "SAVVY_FAULT_LOG=" + log};
}

}  // namespace

FaultyRun run_with_fault(const std::vector<std::string>& arguments, const Fault& fault) {
  const TempFolder folder;
  const std::string log = folder.path("calls");
  Environment environment = environment_of(fault, log);
  if (!fault.below.empty()) environment.push_back("SAVVY_FAULT_BELOW=" + fault.below);
  const int ignored = fault.ignored ? fault.signal_number : 0;
  const Run run = finish(start(arguments, folder, environment, kPreloaded, ignored), folder);
  return {run, lines_of(log)};
}

MeasuredRun run_measured(const std::vector<std::string>& arguments) {
  const TempFolder folder;
  rusage usage{};
  // Memory that was freed is used again at once.
  const Run run =
      finish(start(arguments, folder, {}, std::string(kPreloaded) + ":quarantine_size_mb=1"),
             folder, &usage);
  constexpr std::uint64_t kUnit = 1024;
  return {run, seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<std::uint64_t>(usage.ru_maxrss) * kUnit};
}

Run run_and_signal(const std::vector<std::string>& arguments, int signal_number,
                   std::chrono::microseconds after) {
  const TempFolder folder;
  const pid_t process = start(arguments, folder, {});
  std::this_thread::sleep_for(after);
  kill(process, signal_number);  // a process that has ended is there until it is waited for
  return finish(process, folder);
}

}  // namespace savvy::testing
