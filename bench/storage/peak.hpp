#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace millrace::bench {

/// Looks every few milliseconds how much anonymous memory this process has, as long as it lives: what the kernel must keep
/// in memory, other than pages of files, which it can drop.
class AnonymousPeak {
 public:
  AnonymousPeak();
  ~AnonymousPeak();
  AnonymousPeak(const AnonymousPeak&) = delete;
  AnonymousPeak& operator=(const AnonymousPeak&) = delete;

  std::uint64_t bytes() const { return most_; }

 private:
  std::atomic<bool> ends_ = false;
  std::atomic<std::uint64_t> most_ = 0;
  std::thread thread_;
};

}  // namespace millrace::bench
