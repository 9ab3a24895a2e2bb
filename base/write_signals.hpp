#pragma once

#include <signal.h>

namespace millrace::core {

/// While it lives, what this thread writes to a pipe that nobody reads, or beyond the largest size that a file may have
/// here, fails with an error that the writer can tell of (EPIPE, EFBIG), instead of ending the process by a signal (SIGPIPE, SIGXFSZ).
///
/// Only this thread is concerned, and only for so long: the signals are held back for it, one that came of its own writes is taken, and the mask is
/// put back. What the program does with these signals stays as it is, for its own writes as well.
class WithoutWriteSignals {
 public:
  WithoutWriteSignals() noexcept;
  ~WithoutWriteSignals();
  WithoutWriteSignals(const WithoutWriteSignals&) = delete;
  WithoutWriteSignals& operator=(const WithoutWriteSignals&) = delete;

 private:
  sigset_t ours_;  // those that were not pending before
  sigset_t before_;
};

}  // namespace millrace::core
