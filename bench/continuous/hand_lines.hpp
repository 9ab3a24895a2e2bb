#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace::bench {

/// The loop that a specialist writes to take lines from a socket as they come: one thread, epoll, 256 KiB at a time,
/// memchr.
class HandLines {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Connects to a port on loopback.
  explicit HandLines(int port);
  ~HandLines();
  HandLines(const HandLines&) = delete;
  HandLines& operator=(const HandLines&) = delete;

  /// Waits for bytes, until `deadline` at most, and calls take(line) for the lines that they end. Behind a line lie 64
  /// readable bytes.
  template <class F>
  void read(const F& take, std::optional<TimePoint> deadline = std::nullopt) {
    if (!fill(deadline)) return;
    const char* at = buffer_.data();
    const char* end = at + filled_;
    while (const void* found = __builtin_memchr(at, '\n', static_cast<std::size_t>(end - at))) {
      const char* lineEnd = static_cast<const char*>(found);
      take(std::string_view(at, static_cast<std::size_t>(lineEnd - at)));
      at = lineEnd + 1;
    }
    keep(at);
  }

 private:
  static constexpr std::size_t kRead = std::size_t{256} << 10;

  bool fill(std::optional<TimePoint> deadline);
  /// The line that is not complete yet goes to the front.
  void keep(const char* rest);

  int socket_;
  int epoll_;
  int timer_;
  std::vector<char> buffer_ = std::vector<char>(2 * kRead + 64);
  std::size_t filled_ = 0;
};

/// Calls f(word) for each word of a line.
template <class F>
void eachWord(std::string_view line, const F& f) {
  while (!line.empty()) {
    const void* found = __builtin_memchr(line.data(), ' ', line.size());
    std::size_t size = found == nullptr
                           ? line.size()
                           : static_cast<std::size_t>(static_cast<const char*>(found) - line.data());
    f(line.substr(0, size));
    line.remove_prefix(found == nullptr ? size : size + 1);
  }
}

}  // namespace millrace::bench
