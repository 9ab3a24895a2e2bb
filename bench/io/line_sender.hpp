#pragma once

#include "io/loopback.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <string>
#include <thread>

namespace millrace::bench {

/// Listens on loopback and, from a thread on the other core, sends the first who connects lines as fast as they are
/// taken. The connection stays open until this object's end.
class LineSender {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// `lines` lines of `lineBytes` bytes, line feed included.
  LineSender(std::int64_t lines, std::size_t lineBytes);
  /// A text, so many times.
  LineSender(std::string text, std::size_t times);
  ~LineSender();
  LineSender(const LineSender&) = delete;
  LineSender& operator=(const LineSender&) = delete;

  int port() const { return loopback_.port(); }
  /// When the first byte was sent; once, by who knows that it was.
  TimePoint startedAt() { return startedAt_.get_future().get(); }

 private:
  void send(std::size_t bytes);

  Loopback loopback_;
  const std::string piece_;
  std::promise<TimePoint> startedAt_;
  std::thread thread_;
};

}  // namespace millrace::bench
