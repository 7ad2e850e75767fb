#include "cli/interrupt.h"

namespace savvy {
namespace {

// A handler has no other way to say something to the program.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void note_interrupt(int) { interrupted = true; }

// What is ignored stays so: who started the program (nohup, a shell that puts it in the background)
// wants that.
struct sigaction install(int signal_number) {
  struct sigaction before = {};
  sigaction(signal_number, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return before;
  struct sigaction wanted = {};
  wanted.sa_handler = note_interrupt;
  // Calls go on: what they would say of the signal is no failure to write.
  wanted.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&wanted.sa_mask);
  sigaction(signal_number, &wanted, nullptr);
  return before;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = false;
  interrupt_before_ = install(SIGINT);
  terminate_before_ = install(SIGTERM);
  hangup_before_ = install(SIGHUP);  // the terminal is gone
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
  sigaction(SIGHUP, &hangup_before_, nullptr);
}

const std::atomic<bool>& InterruptGuard::flag() const { return interrupted; }

}  // namespace savvy
