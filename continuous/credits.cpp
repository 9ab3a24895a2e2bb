#include <millrace/continuous/credits.hpp>

namespace millrace::core {

std::shared_ptr<void> Credits::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (out_ >= kMost && !changed_.wait(lock, stop, [&] { return out_ < kMost; })) return nullptr;
  ++out_;
  return std::shared_ptr<void>(this, [self = shared_from_this()](void*) { self->giveBack(); });
}

void Credits::giveBack() {
  {
    std::lock_guard lock(mutex_);
    --out_;
  }
  changed_.notify_all();
}

}  // namespace millrace::core
