#include <millrace/contexts/streaming_context.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Steady = std::chrono::steady_clock;
using test::Gate;

constexpr int kMessages = 50'000;

/// Stores messages with gaps of 50 to 150 µs of real time, about as long as an idle worker stays awake.
class Gapped final : public Receiver<int> {
 public:
  Gapped(std::size_t records, std::shared_ptr<Gate> allSent)
      : Receiver(StorageLevel::MEMORY_ONLY), records_(records), allSent_(std::move(allSent)) {}

  void onStart() override {
    thread_ = std::thread([this] { send(); });
  }
  void onStop() override { thread_.join(); }

 private:
  void send() try {
    std::minstd_rand random(7);
    std::uniform_int_distribution<int> gap(50, 150);
    for (int i = 0; i < kMessages; ++i) {
      auto due = Steady::now() + std::chrono::microseconds(gap(random));
      while (Steady::now() < due) std::this_thread::yield();
      std::vector<int> message(records_, 0);
      message.back() = 1;
      store(std::move(message));
    }
    allSent_->open();
  } catch (const SparkException&) {
    // The context has stopped before all was sent.
  }

  const std::size_t records_;
  const std::shared_ptr<Gate> allSent_;
  std::thread thread_;
};

class NoStallTest : public testing::TestWithParam<std::size_t> {};

/// A message whose wake-up is lost lies in the graph, and all later ones with it, while nobody waits for the graph.
TEST_P(NoStallTest, EveryMessageArrives) {
  auto allSent = Gate::make();
  auto allArrived = Gate::make();
  std::atomic<int> arrived = 0;
  StreamingContext ssc(test::SmallProgram::configured({{"spark.streaming.mode", "continuous"}}), Seconds(1));
  ssc.receiverStream(std::make_unique<Gapped>(GetParam(), allSent))
      .map([](int x) { return x; })
      .foreach ([&, allArrived](int last) {
        if (last == 1 && ++arrived == kMessages) allArrived->open();
      });
  ssc.start();
  EXPECT_NO_THROW(allSent->pass()) << "the graph takes no more messages";
  EXPECT_NO_THROW(allArrived->pass());
  ssc.stop(true, false);
  EXPECT_EQ(arrived, kMessages);
}

/// Few records are handled by the thread that brings them, many by a worker.
INSTANTIATE_TEST_SUITE_P(RecordsOfAMessage, NoStallTest, testing::Values(1, 300));

}  // namespace
}  // namespace millrace
