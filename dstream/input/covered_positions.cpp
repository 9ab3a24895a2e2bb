#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/dstream/core/input_metadata.hpp>
#include <millrace/dstream/input/covered_positions.hpp>

#include <iterator>
#include <utility>

namespace millrace::core {

namespace {

using Positions = CoveredPositions::Positions;

/// Positions as they are written.
struct StoredPositions {
  std::string part;
  std::string from, fromText;
  std::string until, untilText;
};

std::string writePositions(const Positions& positions) {
  std::vector<StoredPositions> stored;
  for (const auto& [part, from, until] : positions)
    stored.push_back({part, from.bytes(), from.text(), until.bytes(), until.text()});
  ByteWriter writer;
  Codec<std::vector<StoredPositions>>::write(writer, stored);
  return writer.written();
}

Positions readPositions(std::string_view bytes) {
  ByteReader reader(bytes);
  Positions positions;
  for (StoredPositions& stored : Codec<std::vector<StoredPositions>>::read(reader))
    positions.push_back({std::move(stored.part),
                         Position::kept(std::move(stored.from), std::move(stored.fromText)),
                         Position::kept(std::move(stored.until), std::move(stored.untilText))});
  if (reader.remaining() > 0) reader.fail("bytes are left behind the positions of a source");
  return positions;
}

/// The place behind these positions, where the place before them was `place`.
template <class Place>
void advance(Place& place, const Positions& covered) {
  for (const SourcePositions& one : covered) place[one.part] = {one.part, one.until, one.until};
}

template <class Place>
Positions positionsOf(const Place& place) {
  Positions positions;
  for (const auto& [part, one] : place) positions.push_back(one);
  return positions;
}

}  // namespace

void CoveredPositions::add(Time time, Positions covered) {
  MutexLock lock(mutex_);
  advance(place_, covered);
  batches_[time] = {std::move(covered), place_, false};
}

void CoveredPositions::forget(Time upTo) {
  MutexLock lock(mutex_);
  const auto later = batches_.upper_bound(upTo);
  if (later != batches_.begin()) batches_.erase(batches_.begin(), std::prev(later));
}

std::vector<BatchInput> CoveredPositions::takeInputs(Time upTo) {
  std::vector<BatchInput> inputs;
  MutexLock lock(mutex_);
  for (auto& [time, batch] : batches_) {
    if (time > upTo || std::exchange(batch.isTaken, true)) continue;
    inputs.push_back({time, writePositions(batch.covered), metadataOfPositions(batch.covered).description});
  }
  return inputs;
}

std::string CoveredPositions::placeBehind(Time time) const {
  MutexLock lock(mutex_);
  const auto next = batches_.upper_bound(time);
  return writePositions(positionsOf(next == batches_.begin() ? place_ : std::prev(next)->second.place));
}

void CoveredPositions::resumeAt(std::string_view place) {
  const Positions positions = readPositions(place);
  MutexLock lock(mutex_);
  advance(place_, positions);
  advance(goesOnBehind_, positions);
}

void CoveredPositions::replay(Time time, std::string_view input, bool isSkipped) {
  Replayed replayed{input.empty() ? Positions() : readPositions(input), isSkipped || input.empty()};
  MutexLock lock(mutex_);
  advance(goesOnBehind_, replayed.positions);
  replayed_[time] = std::move(replayed);
  replayedUpTo_ = time;
}

Positions CoveredPositions::goesOnBehind() const {
  MutexLock lock(mutex_);
  return positionsOf(goesOnBehind_);
}

std::optional<CoveredPositions::Replayed> CoveredPositions::takeReplayed(Time time) {
  MutexLock lock(mutex_);
  if (auto found = replayed_.extract(time)) return std::move(found.mapped());
  if (time > replayedUpTo_) return std::nullopt;
  return Replayed{{}, true};
}

}  // namespace millrace::core
