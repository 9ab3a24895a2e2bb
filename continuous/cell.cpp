#include <millrace/continuous/cell.hpp>

#include <utility>

namespace millrace::core {

void Cell::post(Mail mail) {
  bool light = mail.rdd == nullptr && (mail.block == nullptr || mail.block->records() < kLight);
  {
    std::lock_guard lock(mutex_);
    mail_.push_back(std::move(mail));
    if (busy_) return;
    busy_ = true;
  }
  if (light) {
    run();
  } else {
    pool_.enqueue([this] { run(); });
  }
}

void Cell::run() noexcept {
  std::deque<Mail> taken;
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (mail_.empty()) {
        busy_ = false;
        return;
      }
      taken.swap(mail_);
    }
    while (!taken.empty()) {
      receive(std::move(taken.front()));
      taken.pop_front();
    }
  }
}

}  // namespace millrace::core
