#pragma once

#include <chrono>
#include <cstddef>

namespace millrace::core {

/// Tells a reader how to wait for its next bytes: on the descriptor, or, where they come sooner than that costs, by a nap
/// after which several records are there at once. Waiting on a socket takes two switches of threads and three system calls,
/// 15 µs of processor time on a virtual machine; a dense stream of short lines would spend a core on it. What comes rarely
/// is never delayed, what comes densely by a nap at most. A nap is so short that the processor does not go to sleep in it,
/// from which it would come back 30 µs late.
class ReadPacer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::microseconds kNap{5};
  /// A read of so much pays for its wait.
  static constexpr std::size_t kMuch = std::size_t{16} << 10;

  /// After each read, of no bytes if nothing was there: whether to nap before the next one.
  bool shouldNap(std::size_t bytes, TimePoint now) {
    bool soon = napped_ || now - last_ < kNap;
    last_ = now;
    napped_ = bytes > 0 && bytes < kMuch && soon;
    return napped_;
  }

 private:
  TimePoint last_;
  bool napped_ = false;
};

}  // namespace millrace::core
