#include <millrace/continuous/credits.hpp>

namespace millrace::core {

std::shared_ptr<void> Credits::take(std::size_t bytes, const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    changed_.notifyAll();
  });
  {
    MutexLock lock(mutex_);
    if (!hasCredit(bytes)) ++waits_;
    while (!hasCredit(bytes)) {
      if (stop.stop_requested()) return nullptr;
      changed_.wait(lock);
    }
    ++out_;
    bytesOut_ += bytes;
  }
  return std::shared_ptr<void>(this, [self = shared_from_this(), bytes](void*) { self->giveBack(bytes); });
}

std::int64_t Credits::waits() const {
  MutexLock lock(mutex_);
  return waits_;
}

bool Credits::hasCredit(std::size_t bytes) const {
  return out_ == 0 || (out_ < kMost && bytesOut_ + bytes <= kMostBytes);
}

void Credits::giveBack(std::size_t bytes) {
  {
    MutexLock lock(mutex_);
    --out_;
    bytesOut_ -= bytes;
  }
  changed_.notifyAll();
}

}  // namespace millrace::core
