#include "continuous/gapped_messages.hpp"

#include "continuous/modes.hpp"
#include "cores.hpp"
#include "zipf.hpp"

#include <millrace/base/error.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::bench {

namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::seconds kLate{1};

std::int64_t nanoseconds() { return Steady::now().time_since_epoch().count(); }

}  // namespace

class GappedMessages::Source final : public Receiver<Sent> {
 public:
  Source(GappedMessages& owner, std::int64_t messages, std::int64_t records)
      : Receiver(StorageLevel::MEMORY_ONLY), owner_(owner), messages_(messages), records_(records) {}

  void onStart() override {
    thread_ = std::thread([this] { send(); });
  }
  void onStop() override { thread_.join(); }

 private:
  void send() try {
    pinToOtherCore();
    Random random(7);
    for (std::int64_t i = 0; i < messages_; ++i) {
      auto due = Steady::now() + std::chrono::microseconds(50 + random.below(101));
      std::vector<Sent> message(static_cast<std::size_t>(records_));
      while (Steady::now() < due) __builtin_ia32_pause();
      message.back() = nanoseconds();
      ++owner_.sent_;
      store(std::move(message));
    }
    owner_.allSent_.set_value();
  } catch (const SparkException&) {
    // The context has stopped.
  }

  GappedMessages& owner_;
  const std::int64_t messages_;
  const std::int64_t records_;
  std::thread thread_;
};

GappedMessages::GappedMessages(std::int64_t messages, std::int64_t records)
    : sparkContext_(inMode("continuous"), engineWithWorker()), context_(sparkContext_, Seconds(1)) {
  context_.receiverStream(std::make_unique<Source>(*this, messages, records))
      .map([](Sent sent) { return sent; })
      .foreach ([this](Sent sent) { arrive(sent); });
  context_.start();
}

void GappedMessages::arrive(Sent sent) {
  if (sent == 0) return;
  std::int64_t took = nanoseconds() - sent;
  if (took > std::chrono::nanoseconds(kLate).count()) ++late_;
  worst_ = std::max<std::int64_t>(worst_, took);
  ++arrived_;
}

bool GappedMessages::awaitEnd(std::chrono::milliseconds time) {
  if (sendingEnds_.wait_for(time) != std::future_status::ready) return false;
  for (auto until = Steady::now() + 2 * kLate; arrived_ < sent_ && Steady::now() < until;)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return true;
}

}  // namespace millrace::bench
