#pragma once

#include <algorithm>
#include <atomic>

namespace millrace::test {

/// A record that tells how many of its kind live, and how many did at most since the last reset.
class Counted {
 public:
  explicit Counted(long held = 0) : value(held) { born(); }
  Counted(const Counted& other) : value(other.value) { born(); }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --live_; }

  static long live() { return live_; }
  static long peak() { return peak_; }
  static void reset() { peak_ = live_.load(); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(value);
  }

  long value;

 private:
  static void born() {
    long now = ++live_;
    for (long seen = peak_; now > seen && !peak_.compare_exchange_weak(seen, now);) {
    }
  }
  static inline std::atomic<long> live_ = 0;
  static inline std::atomic<long> peak_ = 0;
};

}  // namespace millrace::test
