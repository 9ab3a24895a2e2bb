#pragma once

#include "contexts/completed_batches.hpp"
#include "cores.hpp"

#include <millrace/base/clock.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include <cstddef>
#include <memory>

namespace millrace::bench {

/// A program in micro-batch mode whose clock is moved by hand: each step is one batch, run to its end. Pinned.
class SteppedProgram {
 public:
  static constexpr Duration kInterval{1000};

  explicit SteppedProgram(int threads)
      : sparkContext_(SparkConf(), pinnedEngine(threads)), context_(sparkContext_, kInterval, clock_) {
    context_.addStreamingListener(completed_);
    context_.graph()->setCheckpointDirectory("not used");
  }
  ~SteppedProgram() { context_.stop(true, false); }
  SteppedProgram(const SteppedProgram&) = delete;
  SteppedProgram& operator=(const SteppedProgram&) = delete;

  SparkContext& sparkContext() { return sparkContext_; }
  StreamingContext& context() { return context_; }

  void step() {
    clock_->advance(kInterval.milliseconds());
    completed_->await(++steps_);
  }

 private:
  const std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  SparkContext sparkContext_;
  StreamingContext context_;
  const std::shared_ptr<CompletedBatches> completed_ = std::make_shared<CompletedBatches>();
  std::size_t steps_ = 0;
};

}  // namespace millrace::bench
