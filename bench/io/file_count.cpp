#include "io/file_count.hpp"

#include "alone.hpp"
#include "benchmarks.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "rdd/words.hpp"
#include "scratch.hpp"

#include <millrace/base/split.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/rdd/ops.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace millrace::bench {

namespace {

constexpr int kTexts = 16;  // of 256 MiB

/// Looks every few milliseconds, since the kernel keeps no peak of anonymous memory.
class PeakOfAnonymous {
 public:
  double stop() {
    thread_.request_stop();
    thread_.join();
    return peak_;
  }

 private:
  double peak_ = 0;
  std::jthread thread_{[this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      peak_ = std::max(peak_, memoryOf("RssAnon"));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }};
};

}  // namespace

double peakOfFileCount(const std::string& path) {
  useAllCores();
  SparkContext context(SparkConf(), pinnedEngine(hasTwoCores() ? 2 : 1));
  PeakOfAnonymous peak;
  auto counts = context.textFile(path)
                    .flatMap([](std::string_view line) { return split(line, ' '); })
                    .map([](std::string_view word) { return std::pair(word, std::int64_t{1}); })
                    .reduceByKey(std::plus<>())
                    .collect();
  double bytes = peak.stop();
  for (auto& count : counts) {
    if (count.second % kTexts != 0) throw WrongAnswer("the file has each word a multiple of 16 times");
    count.second /= kTexts;
  }
  Words::get().check(counts);
  return bytes;
}

void fileCount(Session& session) {
  Scratch scratch;
  std::string path = scratch.path() + "/text";
  std::ofstream file(path);
  for (int i = 0; i < kTexts; ++i) file << Words::get().text();
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path + ": is there room for 4 GiB?");
  Figures figures = session.withRounds(1).measure(
      {{"engine", [&] { return peakOfChild("words of " + path) / (1 << 20); }}});
  session.reportAlone("word count of a file of 4 GiB, peak of anonymous memory", "MiB", figures, "engine",
                      engineAtMost(300));
}

}  // namespace millrace::bench
