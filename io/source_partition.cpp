#include <millrace/base/mutex.hpp>
#include <millrace/io/source_partition.hpp>

#include <utility>

namespace millrace::core {

struct SourcePartitionBase::Wake {
  Mutex mutex;
  std::function<void()> call MILLRACE_GUARDED_BY(mutex);
};

SourcePartitionBase::SourcePartitionBase() : wake_(std::make_unique<Wake>()) {}

SourcePartitionBase::~SourcePartitionBase() = default;

void SourcePartitionBase::notify() {
  MutexLock lock(wake_->mutex);
  if (wake_->call) wake_->call();
}

void SourcePartitionBase::onNotify(std::function<void()> wake) {
  MutexLock lock(wake_->mutex);
  wake_->call = std::move(wake);
}

}  // namespace millrace::core
