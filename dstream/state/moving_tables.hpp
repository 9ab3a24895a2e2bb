#pragma once

#include <millrace/io/store/state_delta.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/shuffle/entry_codec.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
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
  /// How much memory the table of a partition takes, about.
  virtual std::size_t bytes(int partition) const { return table(partition)->bytes(); }
  /// True if the tables can be used after a batch has failed while it changed them: `reset` tells them of such a
  /// failure. If false, the state is lost with it.
  virtual bool recovers() const { return false; }
  virtual void reset() {}

  // Tables that recover are built anew from batches that are kept: they have nothing of their own to be kept, and the rest is
  // not for them.

  /// The types of an entry, by name.
  virtual std::string entryType() const { return {}; }
  /// Unsupported, naming the type, if an entry cannot be written.
  virtual void requireCodecs() const {}
  /// What has changed in a partition since the last call, as a copy; null if nothing has. The first call gives the whole table,
  /// and changes are recorded from then on.
  virtual StateDeltaPtr takeChanges(int) { return nullptr; }
  /// Says that so many entries are about to be put, and puts one that was kept, into the partition that its key has now. No
  /// batch has changed the tables yet. BadRecord for bytes that are no entry.
  virtual void reserve(std::size_t) {}
  virtual void put(std::string_view, std::string_view) {}
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

  /// See MovingTables::bytes; costs the same for tables of any size.
  std::size_t bytes(int partition) const {
    const auto& table = block(partition)->table;
    return table.bytes() + heldByEntriesAbout(table);
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
