#include <millrace/rdd/core/graph/block_slot.hpp>

namespace millrace::core {

BlockPtr BlockSlot::get(FunctionRef<BlockPtr()> make) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !making_; });
  if (block_) return block_;
  making_ = true;
  lock.unlock();
  BlockPtr made;
  try {
    made = make();
  } catch (...) {
    lock.lock();
    making_ = false;
    changed_.notify_all();
    throw;
  }
  lock.lock();
  making_ = false;
  block_ = made;
  changed_.notify_all();
  return made;
}

bool BlockSlot::isFilled() const {
  std::lock_guard lock(mutex_);
  return block_ != nullptr;
}

}  // namespace millrace::core
