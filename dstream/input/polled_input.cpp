#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/input/polled_input.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace millrace::core {

namespace {

/// Blocks read one after the other as a partition.
class JoinedBlocks final : public Block {
 public:
  JoinedBlocks(std::vector<BlockPtr> blocks, ConcatFn concat) : blocks_(std::move(blocks)), concat_(concat) {}

  ReaderPtr open() const override {
    std::vector<ReaderPtr> readers;
    for (const BlockPtr& block : blocks_) readers.push_back(block->open());
    return concat_(std::move(readers));
  }
  std::size_t records() const override { return sum(&Block::records); }
  std::size_t bytes() const override { return sum(&Block::bytes); }

 private:
  std::size_t sum(std::size_t (Block::*part)() const) const {
    std::size_t all = 0;
    for (const BlockPtr& block : blocks_) all += ((*block).*part)();
    return all;
  }

  const std::vector<BlockPtr> blocks_;
  const ConcatFn concat_;
};

std::size_t checkedPartitions(const std::string& kind, int partitions) {
  if (partitions < 1) {
    throw IllegalArgument(kind + " has " + std::to_string(partitions) +
                          " partitions, but needs at least one to be polled");
  }
  return static_cast<std::size_t>(partitions);
}

}  // namespace

PolledInput::PolledInput(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                         const std::shared_ptr<Clock>& clock, const Options& options,
                         const OpenSourcePartition& open, ConcatFn concat)
    : InputNode(graph, kind),
      clock_(clock),
      options_(options),
      open_(open),
      concat_(concat),
      rate_(clock, options.maxRate, options.initialRate, options.burst,
            checkedPartitions(kind, options.partitions)) {
  PumpSink& here = *this;
  for (int partition = 0; partition < options.partitions; ++partition) {
    pumps_.push_back(std::make_unique<SourcePump>(
        clock, SourcePump::Options{inputName(), partition, options.restartDelay}, open, rate_, here));
  }
  waiting_.resize(pumps_.size());
}

PolledInput::~PolledInput() { stop(); }

void PolledInput::startReceiving() {
  for (const auto& pump : pumps_) pump->start();
}

void PolledInput::stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  stopping_.request_stop();
  changed_.notifyAll();
  for (const auto& pump : pumps_) pump->stop();
}

bool PolledInput::isOwnThread() const {
  return std::ranges::any_of(pumps_, [](const auto& pump) { return pump->isOwnThread(); });
}

void PolledInput::requestMarks(std::int64_t mark) {
  for (const auto& pump : pumps_) pump->requestMark(mark);
}

void PolledInput::onBlock(int partition, BlockPtr block) {
  const std::size_t records = block->records();
  target_ ? target_->onBlock(partition, std::move(block)) : keep(partition, std::move(block));
  if (received_) received_(records);
}

void PolledInput::keep(int partition, BlockPtr block) {
  const std::size_t bytes = block->bytes();
  MutexLock lock(mutex_);
  Waiting& waiting = waiting_[static_cast<std::size_t>(partition)];
  if (mustWait(waiting)) ++waits_;
  while (mustWait(waiting)) changed_.wait(lock);
  waiting.blocks.push_back(std::move(block));
  waiting.bytes += bytes;
}

void PolledInput::onMark(int partition, std::int64_t mark, const PositionRange& covered) {
  if (target_) return target_->onMark(partition, mark, covered);
  {
    MutexLock lock(mutex_);
    Waiting& waiting = waiting_[static_cast<std::size_t>(partition)];
    waiting.marked = std::exchange(waiting.blocks, {});
    waiting.bytes = 0;
    waiting.covered = covered;
  }
  changed_.notifyAll();
}

NodePtr PolledInput::compute(Time time) {
  if (target_) return blockNode(engine(), info(), {});  // a time without an epoch
  {
    MutexLock lock(mutex_);
    if (auto again = replayed_.extract(time)) {
      lock.unlock();
      return computeAgain(time, std::move(again.mapped()));
    }
    marking_ = true;
  }
  changed_.notifyAll();
  requestMarks(time.milliseconds());
  MutexLock lock(mutex_);
  while (!areAllMarked() && !stopped_) changed_.wait(lock);
  marking_ = false;
  std::vector<std::vector<BlockPtr>> partitions;
  std::vector<PositionRange> positions;
  for (Waiting& waiting : waiting_) {
    partitions.push_back(std::exchange(waiting.marked, {}));
    positions.push_back(std::exchange(waiting.covered, std::nullopt).value_or(PositionRange()));
  }
  return batchOf(time, std::move(partitions), std::move(positions));
}

NodePtr PolledInput::computeAgain(Time time, std::vector<ReplayedRange> ranges) {
  std::vector<std::vector<BlockPtr>> partitions;
  std::vector<PositionRange> positions;
  for (ReplayedRange& range : ranges) {
    const auto partition = open_(static_cast<int>(partitions.size()));
    partitions.push_back(pollAgain(*partition, range, inputName(), *clock_, stopping_.get_token()));
    positions.push_back(std::move(range.positions));
  }
  MutexLock lock(mutex_);
  return batchOf(time, std::move(partitions), std::move(positions));
}

NodePtr PolledInput::batchOf(Time time, std::vector<std::vector<BlockPtr>> blocks,
                             std::vector<PositionRange> positions) {
  Batch& batch = batches_[time];
  std::vector<BlockPtr> partitions;
  for (std::vector<BlockPtr>& ofPartition : blocks) {
    auto joined = std::make_shared<JoinedBlocks>(ofPartition, concat_);
    batch.recordsOf.push_back(static_cast<std::int64_t>(joined->records()));
    if (options_.partitionPerBlock)
      std::ranges::move(ofPartition, std::back_inserter(partitions));
    else
      partitions.push_back(std::move(joined));
  }
  batch.positions = std::move(positions);
  return blockNode(engine(), info(), std::move(partitions));
}

/// While its mark is asked for it goes on, to get there.
bool PolledInput::mustWait(const Waiting& waiting) const {
  const bool goesToItsMark = marking_ && !waiting.covered;
  return waiting.bytes >= options_.mostBytes && !goesToItsMark && !stopped_;
}

bool PolledInput::areAllMarked() const {
  return std::ranges::all_of(waiting_, [](const Waiting& waiting) { return waiting.covered.has_value(); });
}

void PolledInput::setRate(std::int64_t rate) {
  rate_.updateRate(rate);
  for (const auto& pump : pumps_) pump->wake();
}

void PolledInput::hold(bool on) {
  rate_.hold(on);
  for (const auto& pump : pumps_) pump->wake();
}

std::int64_t PolledInput::waits() const {
  MutexLock lock(mutex_);
  return waits_;
}

void PolledInput::setPositions(Time time, std::vector<PositionRange> covered) {
  MutexLock lock(mutex_);
  batches_[time].positions = std::move(covered);
}

std::int64_t PolledInput::recordsOf(Time time) const {
  MutexLock lock(mutex_);
  const auto batch = batches_.find(time);
  return batch == batches_.end() ? 0 : batch->second.records();
}

std::int64_t PolledInput::Batch::records() const {
  return std::accumulate(recordsOf.begin(), recordsOf.end(), std::int64_t{0});
}

std::vector<SourcePositions> PolledInput::positionsOf(Time time) const {
  MutexLock lock(mutex_);
  std::vector<SourcePositions> positions;
  const auto batch = batches_.find(time);
  if (batch == batches_.end()) return positions;
  for (const PositionRange& covered : batch->second.positions)
    positions.push_back({std::to_string(positions.size()), covered.from, covered.until});
  return positions;
}

std::string PolledInput::inputOf(Time time) const {
  MutexLock lock(mutex_);
  const auto next = batches_.upper_bound(time);
  if (next == batches_.begin()) return {};
  const Batch& batch = std::prev(next)->second;
  std::vector<ReplayedRange> ranges;
  for (const PositionRange& covered : batch.positions)
    ranges.push_back({covered, ranges.size() < batch.recordsOf.size() ? batch.recordsOf[ranges.size()] : 0});
  return writeRanges(ranges);
}

std::string PolledInput::placeBehind(Time time) const { return inputOf(time); }

void PolledInput::replay(Time time, std::string_view input) {
  auto ranges = readRanges(input);
  MutexLock lock(mutex_);
  replayed_[time] = std::move(ranges);
}

void PolledInput::resumeAt(std::string_view place) {
  const auto ranges = readRanges(place);
  if (ranges.size() > pumps_.size()) {
    throw IllegalArgument(inputName() + " has " + std::to_string(pumps_.size()) + " partitions, but had " +
                          std::to_string(ranges.size()) +
                          " when the checkpoint was written: those left out would be lost");
  }
  for (std::size_t partition = 0; partition < ranges.size(); ++partition)
    pumps_[partition]->startAt(ranges[partition].positions.until);
}

void PolledInput::clearMetadata(Time time, bool unpersist) {
  InputNode::clearMetadata(time, unpersist);
  MutexLock lock(mutex_);
  batches_.erase(batches_.begin(), batches_.upper_bound(time));
}

}  // namespace millrace::core
