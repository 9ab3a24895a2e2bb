#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/function_ref.hpp>
#include <millrace/io/source_partition.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// The records that a batch had of one partition of a source, to be read again by a later run.
struct ReplayedRange {
  PositionRange positions;
  std::int64_t records = 0;
};

/// Ranges as bytes, and back. BadRecord for other bytes.
std::string writeRanges(const std::vector<ReplayedRange>& ranges);
std::vector<ReplayedRange> readRanges(std::string_view bytes);

/// Polls exactly these records, waiting for the source where it has none at the moment, and hands each block on. SparkException,
/// naming `source`, if it gives others: if it gives more, ends at another position, or has given nothing for a minute.
void pollAgain(SourcePartitionBase& partition, const ReplayedRange& range, const std::string& source,
               Clock& clock, const std::stop_token& stop, FunctionRef<void(BlockPtr block)> take);

}  // namespace millrace::core
