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

constexpr int kMessages = 50'000;

/// Waits until all are counted; false if the count has stood still for 30 s. How long all of them take is up to the machine.
bool awaitAll(const std::atomic<int>& count) {
  auto deadline = test::soon();
  for (int before = 0, now = count; now < kMessages; before = now, now = count) {
    if (now != before) deadline = test::soon();
    if (Steady::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// Stores messages with gaps of 50 to 150 µs of real time, about as long as an idle worker stays awake.
class Gapped final : public Receiver<int> {
 public:
  Gapped(std::size_t records, std::atomic<int>& sent)
      : Receiver(StorageLevel::MEMORY_ONLY), records_(records), sent_(sent) {}

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
      ++sent_;
    }
  } catch (const SparkException&) {
    // The context has stopped before all was sent.
  }

  const std::size_t records_;
  std::atomic<int>& sent_;
  std::thread thread_;
};

class NoStallTest : public testing::TestWithParam<std::size_t> {};

/// A message whose wake-up is lost lies in the graph, and all later ones with it, while nobody waits for the graph.
TEST_P(NoStallTest, EveryMessageArrives) {
  std::atomic<int> sent = 0, arrived = 0;
  StreamingContext ssc(test::SmallProgram::configured({{"spark.streaming.mode", "continuous"}}), Seconds(1));
  ssc.receiverStream(std::make_unique<Gapped>(GetParam(), sent))
      .map([](int x) { return x; })
      .foreach ([&arrived](int last) {
        if (last == 1) ++arrived;
      });
  ssc.start();
  EXPECT_TRUE(awaitAll(sent)) << "the graph takes no more messages";
  EXPECT_TRUE(awaitAll(arrived));
  ssc.stop(true, false);
  EXPECT_EQ(arrived, kMessages);
}

/// Few records are handled by the thread that brings them, many by a worker.
INSTANTIATE_TEST_SUITE_P(RecordsOfAMessage, NoStallTest, testing::Values(1, 300));

}  // namespace
}  // namespace millrace
