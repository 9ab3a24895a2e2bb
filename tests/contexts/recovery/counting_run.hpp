#pragma once

#include <millrace/contexts/scheduler/streaming_listener.hpp>

#include "support/log_source.hpp"
#include "support/observed.hpp"
#include "support/script.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

using Counts = std::vector<std::pair<int, int>>;

/// Which versions of a checkpoint were written.
class Versions final : public StreamingListener {
 public:
  void onCheckpointCompleted(const CheckpointInfo& info) override {
    {
      std::lock_guard lock(mutex_);
      all_.push_back(info);
    }
    told_.add("version " + info.batchTime.toString());
  }

  void await(std::size_t versions) const { told_.await(versions); }
  std::vector<CheckpointInfo> all() const {
    std::lock_guard lock(mutex_);
    return all_;
  }
  std::vector<std::int64_t> times() const {
    std::vector<std::int64_t> times;
    for (const CheckpointInfo& info : all()) times.push_back(info.batchTime.milliseconds());
    return times;
  }

 private:
  Happenings told_;
  mutable std::mutex mutex_;
  std::vector<CheckpointInfo> all_;
};

/// A program that counts the numbers of a log in files of memory.
class CountingRun {
 public:
  CountingRun(std::shared_ptr<FileSystem> files, const std::shared_ptr<LogSource>& source,
              StreamOptions options)
      : running_(std::make_shared<core::Engine>(core::poolJobRunner(2), 2, std::move(files)),
                 checkpointed(options)) {
    running_.context().addStreamingListener(versions);
    counts = running_.collect(
        running_.context()
            .inputStream(source)
            .map([](int x) { return std::pair(x, 1); })
            .updateStateByKey([](std::span<const int> values, std::optional<int> count) {
              return std::optional(std::accumulate(values.begin(), values.end(), count.value_or(0)));
            }));
    running_.start();
  }
  StreamTest* operator->() { return &running_; }

  const std::shared_ptr<Versions> versions = std::make_shared<Versions>();
  Outputs<std::pair<int, int>> counts;

 private:
  static StreamOptions checkpointed(StreamOptions options) {
    options.checkpoint = "/checkpoint";
    return options;
  }
  StreamTest running_;
};

}  // namespace millrace::test
