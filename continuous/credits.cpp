#include <millrace/continuous/credits.hpp>

namespace millrace::core {

std::shared_ptr<void> Credits::take(const std::stop_token& stop) {
  while (!tryTake()) {
    if (stop.stop_requested()) return nullptr;
    awaitReturn(stop);
  }
  return std::shared_ptr<void>(this, [self = shared_from_this()](void*) { self->giveBack(); });
}

bool Credits::tryTake() {
  MutexLock lock(mutex_);
  if (out_ >= kMost) return false;
  ++out_;
  return true;
}

void Credits::awaitReturn(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    changed_.notifyAll();
  });
  MutexLock lock(mutex_);
  while (out_ >= kMost && !stop.stop_requested()) changed_.wait(lock);
}

void Credits::giveBack() {
  {
    MutexLock lock(mutex_);
    --out_;
  }
  changed_.notifyAll();
}

}  // namespace millrace::core
