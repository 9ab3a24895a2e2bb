#pragma once

#include <millrace/base/byte_archive.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// Tables that move from batch to batch, one per partition: windows and states. One thread at a time moves a partition.
struct MovingTables {
  virtual ~MovingTables();
  /// The table as it is. If somebody still holds it then, the next move leaves it to them and goes on with a copy.
  virtual BlockPtr table(int partition) const = 0;
  /// True if the tables can be moved on after a move that failed; else they are lost then. `reset` tells them of one.
  virtual bool recovers() const { return false; }
  virtual void reset() {}
  /// The table as bytes, and what was written put in place of a table that has not been moved yet. Unsupported, naming
  /// the type, where one has no Codec.
  virtual void write(int partition, ByteWriter& to) const = 0;
  virtual void read(int partition, ByteReader& from) = 0;
};

/// One block with a `table` per partition, shared with readers; who changes one that somebody else holds gets a copy.
template <class B>
class SharedTables {
 public:
  explicit SharedTables(int partitions) {
    for (int p = 0; p < partitions; ++p) blocks_.push_back(std::make_shared<B>());
  }
  int partitions() const { return static_cast<int>(blocks_.size()); }
  const std::shared_ptr<B>& block(int partition) const {
    return blocks_[static_cast<std::size_t>(partition)];
  }

  /// The table of a partition, to be changed.
  auto& own(int partition) {
    std::shared_ptr<B>& held = blocks_[static_cast<std::size_t>(partition)];
    if (held.use_count() > 1) {
      auto copy = std::make_shared<B>();
      copy->table = held->table.copy();
      held = std::move(copy);
    } else {
      auto touched = held;  // puts what readers did before they let go before what follows
    }
    return held->table;
  }

 private:
  std::vector<std::shared_ptr<B>> blocks_;
};

}  // namespace millrace::core
