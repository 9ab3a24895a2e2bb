#include <millrace/base/write_signals.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace millrace::core {
namespace {

bool isBlocked(int number) {
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return ::sigismember(&mask, number) == 1;
}

bool isPending(int number) {
  sigset_t pending;
  ::sigpending(&pending);
  return ::sigismember(&pending, number) == 1;
}

int errorOfWriteWithoutReader() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return -1;
  ::close(ends[0]);
  const int error = ::write(ends[1], "x", 1) < 0 ? errno : 0;
  ::close(ends[1]);
  return error;
}

TEST(WithoutWriteSignals, AWriteThatNobodyReadsFails) {
  for (int i = 0; i < 2; ++i) {
    const WithoutWriteSignals held;
    const WithoutWriteSignals nested;
    EXPECT_EQ(errorOfWriteWithoutReader(), EPIPE);
  }
  EXPECT_FALSE(isBlocked(SIGPIPE));
  EXPECT_FALSE(isBlocked(SIGXFSZ));
  EXPECT_FALSE(isPending(SIGPIPE));
}

TEST(WithoutWriteSignals, LeavesASignalThatTheProgramHeldBack) {
  sigset_t ours, before;
  ::sigemptyset(&ours);
  ::sigaddset(&ours, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &ours, &before);
  ::pthread_kill(::pthread_self(), SIGPIPE);
  {
    const WithoutWriteSignals held;
    EXPECT_EQ(errorOfWriteWithoutReader(), EPIPE);
  }
  EXPECT_TRUE(isBlocked(SIGPIPE));
  EXPECT_TRUE(isPending(SIGPIPE));
  const timespec now{0, 0};
  ::sigtimedwait(&ours, nullptr, &now);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(WithoutWriteSignals, KeepsTheErrorOfTheWrite) {
  errno = 0;
  {
    const WithoutWriteSignals held;
    errno = EFBIG;
  }
  EXPECT_EQ(errno, EFBIG);
}

}  // namespace
}  // namespace millrace::core
