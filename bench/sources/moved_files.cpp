#include "sources/moved_files.hpp"

#include "scratch.hpp"

#include <millrace/millrace.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::bench {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

void write(const fs::path& path, std::int64_t number) { std::ofstream(path) << number << '\n'; }

/// How long after its time a batch without records was submitted: that is the scan of the directory.
class Scans final : public StreamingListener {
 public:
  void onBatchSubmitted(const BatchInfo& batch) override {
    if (!measuring_) return;
    std::lock_guard lock(mutex_);
    all_.push_back(batch.submissionTime - batch.batchTime.milliseconds());
  }
  void measure() { measuring_ = true; }
  /// In ms; -1 if there was none.
  std::int64_t median() {
    std::lock_guard lock(mutex_);
    if (all_.empty()) return -1;
    std::ranges::sort(all_);
    return all_[all_.size() / 2];
  }

 private:
  std::atomic<bool> measuring_ = false;
  std::mutex mutex_;
  std::vector<std::int64_t> all_;
};

}  // namespace

bool movedFiles(const std::string& mode, double scale, std::uint64_t seed) {
  constexpr std::int64_t kAtOnce = 500;
  constexpr std::int64_t kMostScan = 200;  // ms
  const auto count = std::max<std::int64_t>(kAtOnce, static_cast<std::int64_t>(100'000 * scale));
  std::cout << "moved files, " << mode << ", " << count << " files" << std::endl;
  const Scratch scratch;
  const fs::path watched = fs::path(scratch.path()) / "watched",
                 elsewhere = fs::path(scratch.path()) / "elsewhere";
  fs::create_directories(watched);
  fs::create_directories(elsewhere);

  std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
  std::atomic<std::int64_t> came = 0;
  auto scans = std::make_shared<Scans>();
  SparkConf conf;
  conf.set("spark.streaming.mode", mode);
  conf.set("spark.streaming.fileStream.detectMoved", "true");
  StreamingContext ssc(conf, Milliseconds(500));
  ssc.addStreamingListener(scans);
  ssc.textFileStream(watched.string()).foreachRDD([&](const RDD<std::string_view>& rdd) {
    for (const std::string& line : rdd.collect()) {
      std::int64_t number = -1;
      std::from_chars(line.data(), line.data() + line.size(), number);
      if (number >= 0 && number < count) ++seen[static_cast<std::size_t>(number)];
      ++came;
    }
  });
  ssc.start();

  std::mt19937_64 random(seed);
  const auto now = fs::file_time_type::clock::now();
  std::int64_t shown = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string name = std::to_string(i) + ".txt";
    switch (random() % 4) {
      case 0:
        write(watched / ("." + name), i);
        fs::rename(watched / ("." + name), watched / name);
        break;
      case 1:
        write(elsewhere / name, i);
        fs::last_write_time(elsewhere / name, now - 24h * static_cast<int>(1 + random() % 1000));
        fs::rename(elsewhere / name, watched / name);
        break;
      case 2:
        write(elsewhere / name, i);
        fs::last_write_time(elsewhere / name, now + 1h);
        fs::rename(elsewhere / name, watched / name);
        break;
      default:
        write(elsewhere / name, i);
        fs::rename(elsewhere / name, watched / name);
    }
    const auto earlier = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(i + 1));
    if (i % 100 == 0 && seen[static_cast<std::size_t>(earlier)] > 0)
      fs::last_write_time(watched / (std::to_string(earlier) + ".txt"), fs::file_time_type::clock::now());
    while (i + 1 - came > 10 * kAtOnce) std::this_thread::sleep_for(1ms);
    if (i / 10'000 > shown) {
      shown = i / 10'000;
      std::cout << "  " << i << " files, " << came << " read" << std::endl;
    }
  }
  for (const auto end = Clock::now() + 60s; came < count && Clock::now() < end;)
    std::this_thread::sleep_for(10ms);
  std::this_thread::sleep_for(1s);
  scans->measure();
  std::this_thread::sleep_for(10s);
  ssc.stop(true, false);
  const auto missed = std::ranges::count_if(seen, [](const auto& times) { return times == 0; });
  const auto twice = std::ranges::count_if(seen, [](const auto& times) { return times > 1; });
  const std::int64_t scan = scans->median();
  const bool quick = scan >= 0 && scan <= kMostScan;
  std::cout << "  " << missed << " missed, " << twice << " more than once; a scan of " << count
            << " files took " << scan << " ms" << (quick ? "" : ": TOO LONG") << std::endl;
  return missed == 0 && twice == 0 && quick;
}

}  // namespace millrace::bench
