#pragma once

#include "continuous/counted_lines.hpp"
#include "scratch.hpp"

#include <millrace/contexts/streaming_context.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

#include <string_view>

namespace millrace::bench {

/// The program of continuous_e2e: the lines of a PacedSender, split; the running count of each word by mapWithState, in
/// one partition, so that the words of a line stay in order; a writer.
class RunningCounts {
 public:
  /// `counted` must outlive this.
  RunningCounts(int port, Duration epoch, core::EnginePtr engine, CountedLines& counted);

  StreamingContext& context() { return context_; }
  /// As they come from the socket.
  const DStream<std::string_view>& lines() const { return lines_; }

 private:
  Scratch scratch_;
  SparkContext sparkContext_;
  StreamingContext context_;
  DStream<std::string_view> lines_;
};

}  // namespace millrace::bench
