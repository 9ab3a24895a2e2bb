#pragma once

#include <millrace/io/position.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <cstdint>

namespace millrace::core {

/// Takes what the pumps of a source bring.
struct PumpSink {
  virtual ~PumpSink() = default;
  /// Records of a partition. May wait, to slow the source down.
  virtual void onBlock(int partition, BlockPtr block) = 0;
  /// What came from the partition since its last mark, these positions of it, belongs to what this mark ends.
  virtual void onMark(int partition, std::int64_t mark, const PositionRange& covered) = 0;
};

}  // namespace millrace::core
