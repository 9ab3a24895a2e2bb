#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/dstream/core/input_metadata.hpp>
#include <millrace/dstream/input/covered_positions.hpp>

#include <iterator>
#include <map>
#include <utility>

namespace millrace::core {

namespace {

using Positions = CoveredPositions::Positions;
using Place = std::map<std::string, SourcePositions>;  // by part

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
void advance(Place& place, const Positions& covered) {
  for (const SourcePositions& one : covered) place[one.part] = {one.part, one.until, one.until};
}

Positions positionsOf(const Place& place) {
  Positions positions;
  for (const auto& [part, one] : place) positions.push_back(one);
  return positions;
}

}  // namespace

struct CoveredPositions::State {
  struct Batch {
    Positions covered;
    Place place;  // behind it
    bool isTaken = false;
  };

  mutable Mutex mutex;
  std::map<Time, Batch> batches MILLRACE_GUARDED_BY(mutex);
  Place place MILLRACE_GUARDED_BY(mutex);         // behind the newest batch
  Place goesOnBehind MILLRACE_GUARDED_BY(mutex);  // behind the last one of an earlier run
  std::map<Time, Replayed> replayed MILLRACE_GUARDED_BY(mutex);
  Time replayedUpTo MILLRACE_GUARDED_BY(mutex){-1};
};

CoveredPositions::CoveredPositions() : state_(std::make_unique<State>()) {}

CoveredPositions::~CoveredPositions() = default;

void CoveredPositions::add(Time time, Positions covered) {
  MutexLock lock(state_->mutex);
  advance(state_->place, covered);
  state_->batches[time] = {std::move(covered), state_->place, false};
}

void CoveredPositions::forget(Time upTo) {
  MutexLock lock(state_->mutex);
  const auto later = state_->batches.upper_bound(upTo);
  if (later != state_->batches.begin()) state_->batches.erase(state_->batches.begin(), std::prev(later));
}

std::vector<BatchInput> CoveredPositions::takeInputs(Time upTo) {
  std::vector<BatchInput> inputs;
  MutexLock lock(state_->mutex);
  for (auto& [time, batch] : state_->batches) {
    if (time > upTo || std::exchange(batch.isTaken, true)) continue;
    inputs.push_back({time, writePositions(batch.covered), metadataOfPositions(batch.covered).description});
  }
  return inputs;
}

std::string CoveredPositions::placeBehind(Time time) const {
  MutexLock lock(state_->mutex);
  const auto next = state_->batches.upper_bound(time);
  return writePositions(
      positionsOf(next == state_->batches.begin() ? state_->place : std::prev(next)->second.place));
}

void CoveredPositions::resumeAt(std::string_view place) {
  const Positions positions = readPositions(place);
  MutexLock lock(state_->mutex);
  advance(state_->place, positions);
  advance(state_->goesOnBehind, positions);
}

void CoveredPositions::replay(Time time, std::string_view input, bool isSkipped) {
  Replayed replayed{input.empty() ? Positions() : readPositions(input), isSkipped || input.empty()};
  MutexLock lock(state_->mutex);
  advance(state_->goesOnBehind, replayed.positions);
  state_->replayed[time] = std::move(replayed);
  state_->replayedUpTo = time;
}

Positions CoveredPositions::goesOnBehind() const {
  MutexLock lock(state_->mutex);
  return positionsOf(state_->goesOnBehind);
}

std::optional<CoveredPositions::Replayed> CoveredPositions::takeReplayed(Time time) {
  MutexLock lock(state_->mutex);
  if (auto found = state_->replayed.extract(time)) return std::move(found.mapped());
  if (time > state_->replayedUpTo) return std::nullopt;
  return Replayed{{}, true};
}

}  // namespace millrace::core
