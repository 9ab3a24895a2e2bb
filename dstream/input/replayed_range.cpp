#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/dstream/input/replayed_range.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::int64_t kPatience = 60'000;  // ms

/// A range as it is written.
struct StoredRange {
  std::string from, fromText;
  std::string until, untilText;
  std::int64_t records;
};

[[noreturn]] void throwChanged(const std::string& source, const ReplayedRange& range,
                               const std::string& what) {
  throw SparkException(source + " does not give again the " + std::to_string(range.records) + " records at " +
                       range.positions.from.text() + " to " + range.positions.until.text() +
                       " that a batch had: " + what);
}

}  // namespace

std::string writeRanges(const std::vector<ReplayedRange>& ranges) {
  std::vector<StoredRange> stored;
  for (const auto& [positions, records] : ranges) {
    stored.push_back({positions.from.bytes(), positions.from.text(), positions.until.bytes(),
                      positions.until.text(), records});
  }
  ByteWriter writer;
  Codec<std::vector<StoredRange>>::write(writer, stored);
  return writer.written();
}

std::vector<ReplayedRange> readRanges(std::string_view bytes) {
  ByteReader reader(bytes);
  std::vector<ReplayedRange> ranges;
  for (StoredRange& stored : Codec<std::vector<StoredRange>>::read(reader)) {
    ranges.push_back({{Position::kept(std::move(stored.from), std::move(stored.fromText)),
                       Position::kept(std::move(stored.until), std::move(stored.untilText))},
                      stored.records});
  }
  if (reader.remaining() > 0) reader.fail("bytes are left behind the positions of a source");
  return ranges;
}

void pollAgain(SourcePartitionBase& partition, const ReplayedRange& range, const std::string& source,
               Clock& clock, const std::stop_token& stop, FunctionRef<void(BlockPtr block)> take) {
  if (range.records == 0) return;
  partition.seek(range.positions.from);
  std::int64_t deadline = clock.now() + kPatience;
  std::int64_t missing = range.records;
  while (missing > 0) {
    const auto most = std::min(static_cast<std::size_t>(missing), SourcePartitionBase::kMostRecords);
    if (BlockPtr block = partition.pollBlock(most)) {
      missing -= static_cast<std::int64_t>(block->records());
      take(std::move(block));
      deadline = clock.now() + kPatience;
    } else if (stop.stop_requested() || clock.now() >= deadline) {
      throwChanged(source, range, std::to_string(missing) + " are missing");
    } else {
      clock.waitUntil(clock.now() + partition.pollInterval().count(), stop);
    }
  }
  if (missing < 0) throwChanged(source, range, "it gives more");
  if (!(partition.position() == range.positions.until))
    throwChanged(source, range, "these end at " + partition.position().text());
}

}  // namespace millrace::core
