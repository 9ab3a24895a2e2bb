#include <millrace/continuous/run_end.hpp>

#include <utility>

namespace millrace::core {

bool RunEnd::set(std::exception_ptr reason) {
  MutexLock lock(mutex_);
  if (isOver_) return false;
  reason_ = std::move(reason);
  isOver_ = true;
  return true;
}

}  // namespace millrace::core
