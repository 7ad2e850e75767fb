#include "cli/interrupt.h"

namespace savvy {
namespace {

// A handler has no other way to say something to the program.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void note_interrupt(int) { interrupted = true; }

struct sigaction install(int signal_number, void (*handler)(int), int flags) {
  struct sigaction wanted = {};
  wanted.sa_handler = handler;
  wanted.sa_flags = flags;
  sigemptyset(&wanted.sa_mask);
  struct sigaction before = {};
  sigaction(signal_number, &wanted, &before);
  return before;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = false;
  // Calls go on: what they would say of the signal is no failure to write.
  const int once = static_cast<int>(SA_RESETHAND | SA_RESTART);
  interrupt_before_ = install(SIGINT, note_interrupt, once);
  terminate_before_ = install(SIGTERM, note_interrupt, once);
  // The terminal is gone. Who asked for it to be ignored (nohup) wants that.
  hangup_before_ = install(SIGHUP, note_interrupt, once);
  if (hangup_before_.sa_handler == SIG_IGN) sigaction(SIGHUP, &hangup_before_, nullptr);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
  sigaction(SIGHUP, &hangup_before_, nullptr);
}

const std::atomic<bool>& InterruptGuard::flag() const { return interrupted; }

}  // namespace savvy
