#include <millrace/base/log.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/contexts/terminal.hpp>
#include <millrace/rdd/ops.hpp>

#include "contexts/observed.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

/// Where file descriptor 2 leads to while it lives.
class RedirectedStderr {
 public:
  explicit RedirectedStderr(int to) : before_(::dup(STDERR_FILENO)) {
    std::fflush(stderr);
    ::dup2(to, STDERR_FILENO);
    ::close(to);
  }
  ~RedirectedStderr() {
    std::fflush(stderr);
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }
  RedirectedStderr(const RedirectedStderr&) = delete;
  RedirectedStderr& operator=(const RedirectedStderr&) = delete;

 private:
  int before_;
};

/// While it lives, stderr is a terminal, and a test sees what stands there.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(unsigned short columns) : redirected_(open(columns)) {}
  ~PseudoTerminal() { ::close(screen_); }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  /// All that came since the last call, once it ends with `text`; throws after 30 s.
  std::string await(std::string_view text) {
    std::string seen;
    const auto deadline = test::soon();
    while (!seen.ends_with(text)) {
      pollfd ready{screen_, POLLIN, 0};
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      char byte = 0;
      if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) != 1 ||
          ::read(screen_, &byte, 1) != 1)
        throw std::runtime_error("30 s have passed; so far: " + testing::PrintToString(seen));
      seen += byte;
    }
    return seen;
  }

 private:
  int open(unsigned short columns) {
    winsize size{};
    size.ws_col = columns;
    int program = -1;
    if (::openpty(&screen_, &program, nullptr, nullptr, &size) != 0)
      throw std::runtime_error("no pseudo terminal");
    return program;
  }

  int screen_ = -1;
  RedirectedStderr redirected_;
};

/// What stands behind bars: how often one is drawn again depends on how long the test takes.
std::string behindBars(std::string_view seen) {
  while (seen.starts_with("\r[Stage")) seen.remove_prefix(seen.find('\r', 1) + 1);
  return std::string(seen);
}

SparkConf withoutBar() { return SparkConf().set("spark.ui.showConsoleProgress", "false"); }

TEST(ProgressTerminal, IsStderrIfThatIsATerminalAndTheSettingAllowsIt) {
  {
    const PseudoTerminal terminal(60);
    EXPECT_NE(progressTerminal(SparkConf()), nullptr);
    EXPECT_EQ(progressTerminal(withoutBar()), nullptr);
  }
  const RedirectedStderr nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(progressTerminal(SparkConf()), nullptr);
}

TEST(ProgressTerminal, KnowsHowWideItIs) {
  {
    const PseudoTerminal terminal(60);
    EXPECT_EQ(progressTerminal(SparkConf())->columns(), 60);
  }
  const PseudoTerminal unknown(0);
  EXPECT_EQ(progressTerminal(SparkConf())->columns(), 80);
}

TEST(ProgressTerminal, ALongJobShowsItsBarAndTheLogIsNotMixedWithIt) {
  PseudoTerminal terminal(40);
  const std::string wiped = "\r" + std::string(40, ' ') + "\r";
  const std::string bar = "\r[Stage 0:>                  (0 + 1) / 2]\r";
  const auto gate = test::Gate::make();
  const SparkContext sc(SparkConf().setMaster("local[1]"));
  auto job = std::async(std::launch::async, [&] {
    sc.parallelize(std::vector{1, 2}, 2).foreach ([gate](int) { gate->pass(); });
  });
  const ScopeExit opened([&] { gate->open(); });

  terminal.await(bar);
  logWarning("the peer went away");
  const std::string line = behindBars(terminal.await("the peer went away\r\n"));
  EXPECT_EQ(line.substr(0, wiped.size()), wiped) << testing::PrintToString(line);
  EXPECT_EQ(terminal.await(bar), bar) << "it comes back";
  gate->open();
  job.get();
  EXPECT_EQ(behindBars(terminal.await(wiped)), wiped);
}

}  // namespace
}  // namespace millrace::core
