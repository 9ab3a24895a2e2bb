#include "sources/bad_senders.hpp"

#include "held.hpp"
#include "io/loopback.hpp"

#include <millrace/millrace.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <mutex>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::bench {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr double kMostDelay = 1.1;  // of the good sender's lines, as a part of what they took before,
constexpr std::int64_t kMostMicroseconds = 20'000;        // and some turns of a busy machine's scheduler
constexpr std::int64_t kMostKilobytes = (16 + 2) * 1024;  // and the longest line, 1 MiB, of two streams

std::int64_t microseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count();
}

/// How long lines that say when they were sent took, and how many there were.
class Latencies {
 public:
  void add(std::string_view line) {
    std::int64_t sent = 0;
    std::from_chars(line.data(), line.data() + line.size(), sent);
    std::lock_guard lock(mutex_);
    all_.push_back(microseconds() - sent);
    ++count_;
  }
  std::int64_t count() const { return count_; }
  /// Of those since the last call, in µs.
  std::int64_t takeP99() {
    std::lock_guard lock(mutex_);
    std::vector<std::int64_t> all;
    all.swap(all_);
    if (all.empty()) return 0;
    const auto p99 = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 99 / 100);
    std::nth_element(all.begin(), p99, all.end());
    return *p99;
  }

 private:
  std::mutex mutex_;
  std::vector<std::int64_t> all_;
  std::atomic<std::int64_t> count_ = 0;
};

/// Serves one client, on a thread of its own.
class Sender {
 public:
  explicit Sender(std::function<void(Loopback&)> serve)
      : thread_([this, serve = std::move(serve)] { serve(loopback_); }) {}
  ~Sender() {
    loopback_.shutDown();
    thread_.join();
  }
  int port() const { return loopback_.port(); }

 private:
  Loopback loopback_;
  std::thread thread_;
};

}  // namespace

bool badSenders(const std::string& mode, double scale) {
  const auto mebibytes = std::max<std::int64_t>(1, static_cast<std::int64_t>(1024 * scale));
  std::cout << "bad senders, " << mode << ", lines of " << mebibytes << " MiB" << std::endl;
  std::atomic<bool> ending = false, bad = false;
  std::atomic<std::int64_t> sent = 0, begun = 0, resets = 0, longDone = 0;
  const std::string piece(kPiece, 'x');
  auto awaitBad = [&] {
    ++begun;
    while (!bad && !ending) std::this_thread::sleep_for(1ms);
  };

  Sender good([&](Loopback& to) {
    if (!to.accept()) return;
    ++begun;
    for (auto next = Clock::now(); !ending; next += 1ms) {
      std::this_thread::sleep_until(next);
      if (to.send(std::to_string(microseconds()) + "\n")) ++sent;
    }
  });
  Sender endless([&](Loopback& to) {
    if (!to.accept()) return;
    awaitBad();
    for (std::int64_t i = 0; i < mebibytes && !ending && to.send(piece); ++i) continue;
  });
  Sender longLine([&](Loopback& to) {
    if (!to.accept()) return;
    awaitBad();
    for (std::int64_t i = 0; i < mebibytes && !ending && to.send(piece); ++i) continue;
    to.send("\nafter\n");
    ++longDone;
  });
  Sender garbled([&](Loopback& to) {
    std::mt19937_64 random(1);
    while (!ending && to.accept()) {
      if (resets == 0) awaitBad();
      std::string bytes(std::size_t{64} << 10, '\0');
      for (char& byte : bytes) byte = static_cast<char>(random());
      to.send(bytes);
      to.reset();
      ++resets;
    }
  });

  Latencies latencies;
  std::atomic<std::int64_t> after = 0;
  SparkConf conf;
  conf.set("spark.streaming.mode", mode);
  conf.set("spark.streaming.receiverRestartDelay", "100ms");
  StreamingContext ssc(conf, Milliseconds(200));
  auto lines = [&](const Sender& sender) { return ssc.socketTextStream("127.0.0.1", sender.port()); };
  lines(good).foreach ([&](std::string_view line) { latencies.add(line); });
  lines(longLine).foreach ([&](std::string_view line) { after += line == "after"; });
  for (const Sender* sender : {&endless, &garbled}) lines(*sender).foreach ([](std::string_view) {});
  ssc.start();
  while (begun < 4) std::this_thread::sleep_for(10ms);
  std::this_thread::sleep_for(5s);
  latencies.takeP99();
  std::this_thread::sleep_for(5s);
  const std::int64_t calm = latencies.takeP99();
  const Held before = held();
  Held atMost = before;
  bad = true;
  const auto begin = Clock::now();
  auto isOver = [&] { return longDone > 0 && after > 0 && Clock::now() - begin > 5s; };
  while (!isOver() && Clock::now() - begin < 300s) {
    std::this_thread::sleep_for(50ms);
    atMost = most(atMost, held());
  }
  const std::int64_t disturbed = latencies.takeP99();
  ending = true;
  for (const auto end = Clock::now() + 10s; latencies.count() < sent && Clock::now() < end;)
    std::this_thread::sleep_for(10ms);
  const bool whole = latencies.count() == sent;
  ssc.stop(true, false);

  const bool bounded = atMost.kilobytes - before.kilobytes <= kMostKilobytes;
  const bool passedOver = after == 1;
  const bool inTime = static_cast<double>(disturbed) <=
                      static_cast<double>(calm) * kMostDelay + static_cast<double>(kMostMicroseconds);
  std::cout << "  good sender: " << sent << " lines" << (whole ? ", each once" : ": LOST OR REPEATED")
            << ", p99 " << disturbed << " µs" << (inTime ? "" : ": TOO LATE") << ", " << calm
            << " without the bad ones; " << resets << " resets; line after the long one"
            << (passedOver ? " came" : " DID NOT COME ONCE") << "; "
            << (atMost.kilobytes - before.kilobytes) / 1024 << " MiB more at most"
            << (bounded ? "" : ": TOO MUCH") << std::endl;
  return whole && bounded && passedOver && inTime;
}

}  // namespace millrace::bench
