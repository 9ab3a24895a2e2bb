#include <millrace/rdd/core/graph/block_slot.hpp>

namespace millrace::core {

BlockPtr BlockSlot::get(FunctionRef<BlockPtr()> make) {
  MutexLock lock(mutex_);
  while (making_) changed_.wait(lock);
  if (block_) return block_;
  making_ = true;
  lock.unlock();
  BlockPtr made;
  try {
    made = make();
  } catch (...) {
    lock.lock();
    making_ = false;
    changed_.notifyAll();
    throw;
  }
  lock.lock();
  making_ = false;
  block_ = made;
  changed_.notifyAll();
  return made;
}

bool BlockSlot::isFilled() const {
  MutexLock lock(mutex_);
  return block_ != nullptr;
}

}  // namespace millrace::core
