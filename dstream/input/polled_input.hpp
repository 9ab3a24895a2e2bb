#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/function_ref.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/polled_source.hpp>
#include <millrace/dstream/input/replayed_range.hpp>
#include <millrace/io/rate_shares.hpp>
#include <millrace/io/source_pump.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {

/// A source whose partitions are polled, each by a pump. In a continuous run its records go to the graph. Otherwise they are
/// kept until a batch is made: that asks the pumps for marks, waits for them, and has a partition for each of the source's,
/// with all that came before the mark. What waits for its batch is bounded per partition, so a batch that begins on a large
/// backlog is bounded too; then the pumps wait.
class PolledInput : public InputNode, private PolledSource, private PumpSink {
 public:
  struct Options {
    int partitions = 1;
    std::int64_t restartDelay = 2000;              // ms
    std::int64_t maxRate = RateLimiter::kNoLimit;  // records/s, of all partitions together
    std::int64_t initialRate = RateLimiter::kNoLimit;
    std::int64_t burst = 200;  // ms
    /// What of one partition waits for its batch may take so many bytes; one block may take more.
    std::size_t mostBytes = std::size_t{64} << 20;
    bool partitionPerBlock = false;  // a batch has one for each block, and none without blocks
  };

  /// IllegalArgument without a partition.
  PolledInput(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
              const std::shared_ptr<Clock>& clock, const Options& options, const OpenSourcePartition& open,
              ConcatFn concat);
  ~PolledInput() override;

  bool isLive() const override { return true; }
  PolledSource* polled() override { return this; }
  void startReceiving() override;
  void stop() override;
  bool isOwnThread() const override;
  std::int64_t recordsOf(Time time) const override;
  std::vector<SourcePositions> positionsOf(Time time) const override;
  void clearMetadata(Time time, bool unpersist) override;

  bool canBeReadAgain() const override { return true; }
  std::vector<BatchInput> takeInputs(Time upTo) override;
  std::string placeBehind(Time time) const override;
  /// These three throw IllegalArgument if the source has fewer partitions than it had.
  void resumeAt(std::string_view place) override;
  void replay(Time time, std::string_view input) override;
  void skip(Time time, std::string_view input) override;

 protected:
  NodePtr compute(Time time) override;
  void hold(bool on) override;

 private:
  /// What a partition has for batches.
  struct Waiting {
    std::vector<BlockPtr> blocks;
    std::size_t bytes = 0;
    std::vector<BlockPtr> marked;          // those before the mark
    std::optional<PositionRange> covered;  // the mark has come
    // of a continuous run
    std::int64_t sent = 0;                // records behind the last mark
    std::deque<std::int64_t> sentBefore;  // those before each mark that has no batch yet
  };
  struct Batch {
    std::int64_t records() const;

    std::vector<ReplayedRange> ranges;  // by partition
    bool isTaken = false;
  };

  int partitions() const override { return static_cast<int>(pumps_.size()); }
  void forwardTo(std::shared_ptr<PumpSink> sink) override { target_ = std::move(sink); }
  void onReceived(std::function<void(std::size_t)> received) override { received_ = std::move(received); }
  void sendAgain(Time time) override;
  void requestMarks(std::int64_t mark) override;
  void setRate(std::int64_t rate) override;
  std::int64_t waits() const override;
  void setPositions(Time time, std::vector<PositionRange> covered) override;
  void onBlock(int partition, BlockPtr block) override;
  void onMark(int partition, std::int64_t mark, const PositionRange& covered) override;

  NodePtr computeAgain(Time time, std::vector<ReplayedRange> ranges);
  /// `blocks` are those of each partition of the source.
  NodePtr batchOf(Time time, std::vector<std::vector<BlockPtr>> blocks, std::vector<ReplayedRange> ranges)
      MILLRACE_REQUIRES(mutex_);
  void pollAgain(int partition, const ReplayedRange& range, FunctionRef<void(BlockPtr block)> take);
  void goOnBehind(const std::vector<ReplayedRange>& ranges);
  /// Has the batch of `time` read these ranges, and nothing of the other partitions.
  void readAgain(Time time, std::vector<ReplayedRange> ranges);
  /// What an earlier run had for the batch of `time`; nothing if that is none of its batches.
  std::optional<std::vector<ReplayedRange>> takeReplayed(Time time) MILLRACE_REQUIRES(mutex_);
  void keep(int partition, BlockPtr block);
  bool mustWait(const Waiting& waiting) const MILLRACE_REQUIRES(mutex_);
  bool areAllMarked() const MILLRACE_REQUIRES(mutex_);

  const std::shared_ptr<Clock> clock_;
  const Options options_;
  const OpenSourcePartition open_;
  const ConcatFn concat_;
  std::shared_ptr<PumpSink> target_;  // of a continuous run
  std::function<void(std::size_t)> received_;
  RateShares rate_;
  std::vector<std::unique_ptr<SourcePump>> pumps_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::vector<Waiting> waiting_ MILLRACE_GUARDED_BY(mutex_);
  bool marking_ MILLRACE_GUARDED_BY(mutex_) = false;  // a batch waits for marks
  bool stopped_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::int64_t waits_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::map<Time, Batch> batches_ MILLRACE_GUARDED_BY(mutex_);
  std::map<Time, std::vector<ReplayedRange>> replayed_ MILLRACE_GUARDED_BY(mutex_);
  Time replayedUpTo_ MILLRACE_GUARDED_BY(mutex_){-1};
  std::vector<ReplayedRange> reached_;  // empty ranges where the source goes on; before it starts
  std::optional<std::vector<ReplayedRange>> again_;  // that were sent and have no marks; of who begins epochs
  std::stop_source stopping_;
};

}  // namespace millrace::core
