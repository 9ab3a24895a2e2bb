#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <thread>

namespace millrace::bench {

/// Listens on loopback and, from a thread on the other core, sends the first who connects `lines` lines of `lineBytes`
/// bytes (line feed included), as fast as they are taken. The connection stays open until this object's end.
class LineSender {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  LineSender(std::int64_t lines, std::size_t lineBytes);
  ~LineSender();
  LineSender(const LineSender&) = delete;
  LineSender& operator=(const LineSender&) = delete;

  int port() const { return port_; }
  /// When the first byte was sent; once, by who knows that it was.
  TimePoint startedAt() { return startedAt_.get_future().get(); }

 private:
  void send(std::int64_t lines, std::size_t lineBytes);

  int listener_ = -1;
  int connection_ = -1;
  int port_ = 0;
  std::promise<TimePoint> startedAt_;
  std::thread thread_;
};

/// Connects to a port on loopback.
int connectTo(int port);

}  // namespace millrace::bench
