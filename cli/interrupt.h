// Lets a command that writes a snapshot clean up after Ctrl-C: the first SIGINT, SIGTERM or SIGHUP
// sets a flag, which the writers look at; the second of one kind ends the program as if nothing were
// installed.
//
// Lives   one at a time; the handlers that were there before come back at the end

#pragma once

#include <signal.h>

#include <atomic>

namespace savvy {

class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  const std::atomic<bool>& flag() const;

 private:
  struct sigaction interrupt_before_;
  struct sigaction terminate_before_;
  struct sigaction hangup_before_;
};

}  // namespace savvy
