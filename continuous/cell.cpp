#include <millrace/continuous/cell.hpp>

#include <utility>

namespace millrace::core {

void Cell::post(Mail mail) {
  bool light = mail.rdd == nullptr && (mail.block == nullptr || mail.block->records() < kLight);
  bool mayWait = !mail.isMarker();
  std::size_t bytes = mail.block ? mail.block->bytes() : 0;
  MutexLock lock(mutex_);
  mail_.push_back({std::move(mail), bytes});
  bytesWaiting_ += bytes;
  if (state_ == State::kIdle) {
    if (light) return run();
    return schedule();
  }
  while (mayWait && isFull()) {
    if (state_ == State::kRunning) {
      ++waiting_;
      hasRoom_.wait(lock);
      --waiting_;
    } else {
      run();
    }
  }
}

bool Cell::isFull() const {
  return mail_.size() > kMostWaiting || (mail_.size() > 1 && bytesWaiting_ > kMostBytesWaiting);
}

void Cell::schedule() {
  state_ = State::kScheduled;
  pool_.enqueue([this] { runScheduled(); });
}

void Cell::runScheduled() noexcept {
  MutexLock lock(mutex_);
  if (state_ == State::kScheduled) run();
}

void Cell::run() noexcept {
  state_ = State::kRunning;
  for (std::size_t taken = 0; taken < kTurn && !mail_.empty(); ++taken) {
    Mail mail = std::move(mail_.front().mail);
    bytesWaiting_ -= mail_.front().bytes;
    mail_.pop_front();
    bool hasRoomNow = waiting_ > 0 && !isFull();
    mutex_.unlock();
    if (hasRoomNow) hasRoom_.notifyAll();
    receive(std::move(mail));
    mutex_.lock();
  }
  if (mail_.empty()) {
    state_ = State::kIdle;
  } else {
    schedule();
  }
  if (waiting_ > 0) hasRoom_.notifyAll();
}

}  // namespace millrace::core
