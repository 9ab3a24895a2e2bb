#include "sources/overload.hpp"

#include "held.hpp"
#include "io/loopback.hpp"

#include <millrace/millrace.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

namespace millrace::bench {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kCost = 20us;  // of a line in the output
constexpr std::int64_t kCapacity = 1s / kCost;
constexpr auto kSlot = 10ms;
constexpr std::int64_t kSlotsPerSecond = 1s / kSlot;
constexpr std::size_t kLineBytes = 100;
constexpr Duration kInterval = Seconds(1);
constexpr std::int64_t kMostKilobytes = 512 * 1024;

std::int64_t epochMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Sends numbered lines at a pace; while the socket takes none it waits, and does not make up for that.
class PacedLines {
 public:
  ~PacedLines() {
    ending_ = true;
    loopback_.shutDown();
    if (thread_.joinable()) thread_.join();
  }
  int port() const { return loopback_.port(); }
  void start() {
    thread_ = std::thread([this] { run(); });
  }
  void setPace(std::int64_t linesPerSecond) { pace_ = linesPerSecond; }
  std::int64_t sent() const { return sent_; }

 private:
  void run() {
    if (!loopback_.accept()) return;
    auto slot = Clock::now();
    while (!ending_) {
      std::string lines;
      const std::int64_t until = sent_ + pace_ / kSlotsPerSecond;
      for (std::int64_t i = sent_; i < until; ++i) {
        std::string line = std::to_string(i);
        line.resize(kLineBytes - 1, ' ');
        lines += line += '\n';
      }
      if (!loopback_.send(lines)) return;
      sent_ = until;
      slot = std::max(slot + kSlot, Clock::now() - kSlot);
      std::this_thread::sleep_until(slot);
    }
  }

  Loopback loopback_;
  std::atomic<std::int64_t> pace_ = 0, sent_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

/// A sink that takes one line at a time, and its time for that, whatever else the machine has to do.
class SlowSink {
 public:
  void take(std::string_view line) {
    std::int64_t number = -1;
    std::from_chars(line.data(), line.data() + line.size(), number);
    std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    free_ = std::max(free_, now - kOverslept) + kCost;
    if (free_ > now + kNap) std::this_thread::sleep_until(free_);
    sum_ += number;
    ++count_;
  }
  std::int64_t count() const { return count_; }
  /// True if the lines were those from 0 on.
  bool areAllOnce(std::int64_t count) const { return count_ == count && sum_ == count * (count - 1) / 2; }

 private:
  static constexpr auto kNap = 2ms;  // for many lines at once: nobody sleeps for so short as one takes
  static constexpr auto kOverslept = 100ms;  // so much is made up for

  std::mutex mutex_;
  Clock::time_point free_;
  std::atomic<std::int64_t> count_ = 0, sum_ = 0;
};

/// How long after its time a batch ended, and when one was last later than an interval.
class Delays final : public StreamingListener {
 public:
  void onBatchCompleted(const BatchInfo& batch) override {
    const std::int64_t now = epochMs();
    newest_ = now - batch.batchTime.milliseconds();
    most_ = std::max<std::int64_t>(most_, newest_);
    ++batches_;
    if (newest_ >= kInterval.milliseconds()) lastLate_ = now;
  }
  std::int64_t newest() const { return newest_; }
  std::int64_t most() const { return most_; }
  std::int64_t lastLate() const { return lastLate_; }
  std::int64_t batches() const { return batches_; }

 private:
  std::atomic<std::int64_t> newest_ = 0, most_ = 0, lastLate_ = 0, batches_ = 0;
};

}  // namespace

bool overload(const std::string& mode, Taken taken, std::chrono::seconds overloaded,
              std::chrono::seconds calm) {
  std::cout << "ten times overload, " << mode << ", output "
            << (taken == Taken::kByRecord ? "by record" : "by batch") << ", of " << kCapacity
            << " lines/s for " << overloaded.count() << " s" << std::endl;
  PacedLines lines;
  SlowSink sink;
  auto delays = std::make_shared<Delays>();
  SparkConf conf;
  conf.set("spark.streaming.mode", mode);
  conf.set("spark.streaming.gracefulStopTimeout", "60s");
  StreamingContext ssc(conf, kInterval);
  ssc.addStreamingListener(delays);
  auto stream = ssc.socketTextStream("127.0.0.1", lines.port());
  if (taken == Taken::kByRecord) {
    stream.foreach ([&sink](std::string_view line) { sink.take(line); });
  } else {
    stream.foreachRDD([&sink](const RDD<std::string_view>& rdd) {
      for (const std::string& line : rdd.collect()) sink.take(line);
    });
  }
  lines.setPace(10 * kCapacity);
  lines.start();
  const Held before = held();
  ssc.start();

  Held atMost = before;
  auto watch = [&](std::chrono::seconds time, const char* phase) {
    for (int second = 1; second <= time.count(); ++second) {
      std::this_thread::sleep_for(1s);
      atMost = most(atMost, held());
      if (second % 10 == 0)
        std::cout << "  " << phase << ' ' << second << " s: " << lines.sent() << " sent, " << sink.count()
                  << " processed, " << held().kilobytes / 1024 << " MiB, newest batch " << delays->newest()
                  << " ms late" << std::endl;
    }
  };
  watch(overloaded, "overloaded");
  const std::int64_t overloadEnd = epochMs();
  lines.setPace(kCapacity * 3 / 10);
  watch(calm, "calm");
  const std::int64_t batches = delays->batches();
  lines.setPace(0);
  std::this_thread::sleep_for(100ms);
  const std::int64_t sent = lines.sent();
  for (auto end = Clock::now() + 60s; sink.count() < sent && Clock::now() < end;)
    std::this_thread::sleep_for(10ms);
  ssc.stop(true, true);

  const double recovered =
      static_cast<double>(std::max<std::int64_t>(delays->lastLate() - overloadEnd, 0)) / 1000;
  const bool once = sink.areAllOnce(sent);
  const bool bounded = atMost.kilobytes - before.kilobytes < kMostKilobytes;
  const bool recovers = batches > 0 && recovered <= 30 && delays->newest() < kInterval.milliseconds();
  std::cout << "  in all " << sent << " lines, " << (once ? "each once" : "LOST OR REPEATED") << "; at most "
            << (atMost.kilobytes - before.kilobytes) / 1024 << " MiB more than before"
            << (bounded ? "" : ": TOO MUCH") << "; worst delay " << delays->most()
            << " ms, below an interval " << recovered << " s after the overload"
            << (recovers ? "" : ": TOO LATE") << std::endl;
  return once && bounded && recovers;
}

}  // namespace millrace::bench
