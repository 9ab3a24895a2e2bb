// What a polled source is asked for a restart, and what it gives again after one.
#include <millrace/base/error.hpp>
#include <millrace/dstream/input/polled_input.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace::core {

std::vector<BatchInput> PolledInput::takeInputs(Time upTo) {
  std::vector<BatchInput> inputs;
  MutexLock lock(mutex_);
  for (auto& [time, batch] : batches_) {
    if (time > upTo || std::exchange(batch.isTaken, true)) continue;
    inputs.push_back(
        {time, writeRanges(batch.ranges), metadataOfPositions(positionsIn(batch.ranges)).description});
  }
  return inputs;
}

std::string PolledInput::placeBehind(Time time) const {
  MutexLock lock(mutex_);
  const auto next = batches_.upper_bound(time);
  return writeRanges(next == batches_.begin() ? reached_ : std::prev(next)->second.ranges);
}

void PolledInput::resumeAt(std::string_view place) { goOnBehind(readRanges(place)); }

void PolledInput::replay(Time time, std::string_view input) {
  readAgain(time, input.empty() ? std::vector<ReplayedRange>() : readRanges(input));
}

void PolledInput::skip(Time time, std::string_view input) {
  auto ranges = readRanges(input);
  for (ReplayedRange& range : ranges) range.records = 0;
  readAgain(time, std::move(ranges));
}

void PolledInput::readAgain(Time time, std::vector<ReplayedRange> ranges) {
  goOnBehind(ranges);
  std::copy(reached_.begin() + static_cast<std::ptrdiff_t>(ranges.size()), reached_.end(),
            std::back_inserter(ranges));
  MutexLock lock(mutex_);
  replayed_[time] = std::move(ranges);
  replayedUpTo_ = time;
}

void PolledInput::goOnBehind(const std::vector<ReplayedRange>& ranges) {
  if (ranges.size() > pumps_.size()) {
    throw IllegalArgument(inputName() + " has " + std::to_string(pumps_.size()) + " partitions, but had " +
                          std::to_string(ranges.size()) +
                          " when the checkpoint was written: those left out would be lost");
  }
  for (std::size_t partition = 0; partition < ranges.size(); ++partition) {
    const Position& until = ranges[partition].positions.until;
    pumps_[partition]->startAt(until);
    reached_[partition] = {{until, until}, 0};
  }
}

std::optional<std::vector<ReplayedRange>> PolledInput::takeReplayed(Time time) {
  if (auto found = replayed_.extract(time)) return std::move(found.mapped());
  if (time > replayedUpTo_) return std::nullopt;
  return reached_;
}

void PolledInput::sendAgain(Time time) {
  {
    MutexLock lock(mutex_);
    again_ = takeReplayed(time);
  }
  if (!again_) return;
  for (int partition = 0; partition < partitions(); ++partition)
    pollAgain(partition, (*again_)[static_cast<std::size_t>(partition)],
              [&](BlockPtr block) { onBlock(partition, std::move(block)); });
}

NodePtr PolledInput::computeAgain(Time time, std::vector<ReplayedRange> ranges) {
  std::vector<std::vector<BlockPtr>> blocks(pumps_.size());
  for (int partition = 0; partition < partitions(); ++partition)
    pollAgain(partition, ranges[static_cast<std::size_t>(partition)], [&](BlockPtr block) {
      blocks[static_cast<std::size_t>(partition)].push_back(std::move(block));
    });
  MutexLock lock(mutex_);
  return batchOf(time, std::move(blocks), std::move(ranges));
}

void PolledInput::pollAgain(int partition, const ReplayedRange& range,
                            FunctionRef<void(BlockPtr block)> take) {
  if (range.records == 0) return;
  core::pollAgain(*open_(partition), range, inputName(), *clock_, stopping_.get_token(), take);
}

}  // namespace millrace::core
