#include "continuous/paced_sender.hpp"

#include "continuous/word_lines.hpp"
#include "cores.hpp"

#include <pthread.h>
#include <sys/prctl.h>

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <stdexcept>

namespace millrace::bench {

PacedSender::PacedSender(std::int64_t linesPerSecond, std::int64_t lines, Pace pace)
    : rate_(linesPerSecond), lines_(lines), pace_(pace) {
  for (std::size_t line = 0; line < WordLines::kLines; ++line) {
    begins_.push_back(text_.size());
    text_.append(StampedLine::kStamp, '0').append(" ").append(WordLines::get()[line]).append("\n");
  }
  begins_.push_back(text_.size());
  pinToOtherCore();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  pinToWorkCore();
}

PacedSender::~PacedSender() {
  thread_.request_stop();
  loopback_.shutDown();
}

void PacedSender::awaitStart() {
  if (started_.get_future().wait_for(std::chrono::minutes(1)) != std::future_status::ready)
    throw std::runtime_error("nobody connects to the sender");
}

double PacedSender::cpuSeconds() {
  clockid_t clock;
  timespec time{};
  if (pthread_getcpuclockid(thread_.native_handle(), &clock) == 0) clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void PacedSender::run(const std::stop_token& stop) {
  if (loopback_.accept()) send(stop);
  // The clock of a thread that has ended cannot be read.
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait(lock, stop, [] { return false; });
}

void PacedSender::send(const std::stop_token& stop) {
  prctl(PR_SET_TIMERSLACK, 1);
  auto start = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
  started_.set_value();
  for (std::int64_t sent = 0; sent < lines_ && !stop.stop_requested();) {
    auto since = std::chrono::steady_clock::now() - start;
    if (since < offsetOf(sent)) {
      awaitDue(start + offsetOf(sent));
      continue;
    }
    if (pace_ == Pace::kAsleep) {
      start += since - offsetOf(sent);
      since = offsetOf(sent);
    }
    std::int64_t end = sent + 1;
    while (end < lines_ && offsetOf(end) <= since && end % WordLines::kLines != 0) ++end;
    if (!loopback_.send(stamp(sent, end, start))) return;
    sent = end;
  }
}

void PacedSender::awaitDue(TimePoint due) const {
  if (pace_ == Pace::kAwake) return __builtin_ia32_pause();
  auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(due.time_since_epoch()).count();
  timespec time{at / 1'000'000'000, at % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

std::string_view PacedSender::stamp(std::int64_t begin, std::int64_t end, TimePoint start) {
  constexpr char kDigits[] = "0123456789abcdef";
  auto first = static_cast<std::size_t>(begin) % WordLines::kLines;
  auto last = first + static_cast<std::size_t>(end - begin);
  auto now = std::chrono::steady_clock::now();
  for (std::size_t line = first; line < last; ++line, ++begin) {
    auto stamped = pace_ == Pace::kAwake ? start + offsetOf(begin) : now;
    auto due = static_cast<std::uint64_t>(stamped.time_since_epoch().count());
    char* to = text_.data() + begins_[line] + StampedLine::kStamp;
    for (std::size_t digit = 0; digit < StampedLine::kStamp; ++digit, due >>= 4) *--to = kDigits[due & 15];
  }
  return std::string_view(text_).substr(begins_[first], begins_[last] - begins_[first]);
}

}  // namespace millrace::bench
