#pragma once

#include <millrace/base/byte_archive.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// The tables of a window or state, one per partition, which each batch changes in place: it *moves* them to its time.
/// One thread at a time changes a partition.
struct MovingTables {
  virtual ~MovingTables();
  /// The table of a partition. If the caller still holds it when the next batch comes, that batch leaves it as it is
  /// and changes a copy.
  virtual BlockPtr table(int partition) const = 0;
  /// True if the tables can be used after a batch has failed while it changed them: `reset` tells them of such a
  /// failure. If false, the state is lost with it.
  virtual bool recovers() const { return false; }
  virtual void reset() {}
  /// `write` gives the table of a partition as bytes; `read` puts such a table into a partition that no batch has
  /// changed yet. Unsupported, naming the type, if a type has no Codec.
  virtual void write(int partition, ByteWriter& to) const = 0;
  virtual void read(int partition, ByteReader& from) = 0;
};

/// One block per partition, whose member `table` readers and the owner share. Where a reader still holds a block, the
/// owner gets a copy to change.
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

  /// The table of a partition, for the owner to change.
  auto& own(int partition) {
    std::shared_ptr<B>& held = blocks_[static_cast<std::size_t>(partition)];
    if (held.use_count() > 1) {
      auto copy = std::make_shared<B>();
      copy->table = held->table.copy();
      held = std::move(copy);
    } else {
      auto touched = held;  // orders what readers did before they dropped the block before what follows
    }
    return held->table;
  }

 private:
  std::vector<std::shared_ptr<B>> blocks_;
};

}  // namespace millrace::core
