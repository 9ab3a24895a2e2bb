#include "continuous/hand_lines.hpp"

#include "io/loopback.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace millrace::bench {

namespace {

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

void watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

}  // namespace

HandLines::HandLines(int port)
    : socket_(connectTo(port)),
      epoll_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timer_(check(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")) {
  watch(epoll_, socket_);
  watch(epoll_, timer_);
}

HandLines::~HandLines() {
  close(timer_);
  close(epoll_);
  close(socket_);
}

bool HandLines::fill(std::optional<TimePoint> deadline) {
  if (deadline) {
    auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline->time_since_epoch()).count();
    itimerspec time{{0, 0}, {at / 1'000'000'000, at % 1'000'000'000}};
    check(timerfd_settime(timer_, TFD_TIMER_ABSTIME, &time, nullptr), "timerfd_settime");
  }
  std::array<epoll_event, 2> events;
  int ready = check(epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 60'000), "epoll_wait");
  if (ready == 0) throw std::runtime_error("the sender sends nothing");
  auto isSocket = [&](const epoll_event& event) { return event.data.fd == socket_; };
  if (std::none_of(events.begin(), events.begin() + ready, isSocket)) return false;
  ssize_t size = ::read(socket_, buffer_.data() + filled_, kRead);
  if (size <= 0) throw std::runtime_error("the sender has gone");
  filled_ += static_cast<std::size_t>(size);
  return true;
}

void HandLines::keep(const char* rest) {
  filled_ -= static_cast<std::size_t>(rest - buffer_.data());
  std::memmove(buffer_.data(), rest, filled_);
}

}  // namespace millrace::bench
