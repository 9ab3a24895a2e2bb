#pragma once

#include <millrace/rdd/core/records/block.hpp>

#include <memory>
#include <vector>

namespace millrace::core {

/// What a window or state held at one time, a block per partition. Empty until its tables have moved to that time.
struct LeasedTables {
  std::vector<BlockPtr> blocks;
};

/// The right to read the tables of one time: whoever may read them holds a lease. When the last lease is given back the
/// blocks go, and the next batch changes the tables where they are; as long as there is one, that batch changes a copy.
using Lease = std::shared_ptr<const LeasedTables>;

}  // namespace millrace::core
