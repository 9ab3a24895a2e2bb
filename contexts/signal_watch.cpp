#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/contexts/signal_watch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

Mutex installing;
std::vector<int> pipes MILLRACE_GUARDED_BY(installing);  // of those that exist, the newest last
struct sigaction oldInterrupt MILLRACE_GUARDED_BY(installing);
struct sigaction oldTerminate MILLRACE_GUARDED_BY(installing);
std::atomic<int> newestPipe = -1;

void onSignalArrived(int signal) {
  int error = errno;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  auto number = static_cast<unsigned char>(signal);
  [[maybe_unused]] auto ignored = write(newestPipe.load(), &number, 1);
  errno = error;
}

void install(int pipe) {
  MutexLock lock(installing);
  pipes.push_back(pipe);
  newestPipe = pipe;
  if (pipes.size() > 1) return;
  struct sigaction action = {};
  action.sa_handler = onSignalArrived;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &oldInterrupt);
  sigaction(SIGTERM, &action, &oldTerminate);
}

void uninstall(int pipe) {
  MutexLock lock(installing);
  std::erase(pipes, pipe);
  if (pipes.empty()) {
    sigaction(SIGINT, &oldInterrupt, nullptr);
    sigaction(SIGTERM, &oldTerminate, nullptr);
  }
  newestPipe = pipes.empty() ? -1 : pipes.back();
}

}  // namespace

SignalWatch::SignalWatch(std::function<void(int)> onSignal) {
  if (pipe2(pipe_, O_CLOEXEC) != 0)
    throw SparkException("no pipe for signals: raise the limit of open files (ulimit -n)");
  install(pipe_[1]);
  thread_ = std::thread([onSignal = std::move(onSignal), from = pipe_[0]] {
    unsigned char signal = 0;
    while (read(from, &signal, 1) < 0 && errno == EINTR) {
    }
    if (signal != 0) onSignal(signal);
  });
}

SignalWatch::~SignalWatch() {
  uninstall(pipe_[1]);
  unsigned char end = 0;
  [[maybe_unused]] auto ignored = write(pipe_[1], &end, 1);
  thread_.join();
  close(pipe_[0]);
  close(pipe_[1]);
}

}  // namespace millrace::core
