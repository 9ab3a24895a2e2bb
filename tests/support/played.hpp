#pragma once

#include "memory_store.hpp"
#include "streams.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

using Pair = std::pair<std::string, int>;
using PairBatches = Batches<Pair>;
/// What was shown, by time.
using Shown = std::map<std::int64_t, std::vector<std::string>>;

/// A run of a program on batches of one second.
class Played {
 public:
  using Program = std::function<void(Played&, const DStream<Pair>&)>;

  Played(const Program& program, const PairBatches& in, StreamOptions options,
         std::optional<core::Resumed> resumed = std::nullopt, std::shared_ptr<MemoryStore> to = nullptr)
      : store(std::move(to)), running_(options) {
    auto source = running_.source<Pair>(in);
    graph = source.node()->graph();
    program(*this, source);
    if (store) graph->setCutSink(store);
    if (resumed) graph->resumeFrom(std::move(*resumed));
  }

  template <class T>
  void show(const std::string& name, const DStream<T>& stream) {
    stream.foreachRDD([shown = shown_, name](const RDD<T>& rdd, Time time) {
      auto records = rdd.collect();
      std::ranges::sort(records);
      std::ostringstream text;
      text << name << ':';
      for (const T& record : records) millrace::show(text << ' ', record);
      std::lock_guard lock(shown->mutex);
      shown->all[time.milliseconds()].push_back(text.str());
    });
  }
  /// Runs so many batches, and gives what was shown.
  Shown play(int batches) {
    running_.run(batches);
    for (auto& [time, lines] : shown_->all) std::ranges::sort(lines);
    return shown_->all;
  }
  StreamTest& running() { return running_; }

  const std::shared_ptr<MemoryStore> store;
  std::shared_ptr<core::StreamGraph> graph;

 private:
  struct Text {
    std::mutex mutex;
    Shown all;
  };
  StreamTest running_;
  std::shared_ptr<Text> shown_ = std::make_shared<Text>();
};

inline PairBatches randomBatches(std::mt19937_64& random, std::size_t count) {
  PairBatches in(count);
  for (auto& batch : in) {
    if (random() % 5 == 0) continue;
    batch.emplace();
    for (std::size_t i = random() % 6; i > 0; --i) {
      const std::string name(random() % 2 == 0 ? "k" : "a key beyond twelve bytes ");
      batch->emplace_back(name + std::to_string(random() % 4), 1 + static_cast<int>(random() % 9));
    }
  }
  return in;
}

inline StreamOptions optionsOf(StreamingMode mode, int partitions, int begunAfter) {
  return {.shape = {.partitions = partitions}, .mode = mode, .now = begunAfter * 1000};
}

}  // namespace millrace::test
