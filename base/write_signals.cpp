#include <millrace/base/write_signals.hpp>

#include <cerrno>
#include <ctime>
#include <initializer_list>

namespace millrace::core {

WithoutWriteSignals::WithoutWriteSignals() noexcept {
  sigset_t both, pending;
  ::sigemptyset(&both);
  ::sigemptyset(&ours_);
  ::sigpending(&pending);
  for (int number : {SIGPIPE, SIGXFSZ}) {
    ::sigaddset(&both, number);
    if (::sigismember(&pending, number) == 0) ::sigaddset(&ours_, number);
  }
  ::pthread_sigmask(SIG_BLOCK, &both, &before_);
}

WithoutWriteSignals::~WithoutWriteSignals() {
  const int error = errno;
  const timespec now{0, 0};
  while (::sigtimedwait(&ours_, nullptr, &now) > 0) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  errno = error;
}

}  // namespace millrace::core
