#pragma once

#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/task_pool.hpp>
#include <millrace/rdd/core/block.hpp>
#include <millrace/rdd/core/node.hpp>

#include <deque>
#include <memory>
#include <mutex>

namespace millrace::core {

/// What is sent to a cell: records (a block, or a partition of an RDD), or, without either, the marker that closes an
/// epoch. A credit that comes with it is returned when the records have gone all their way.
struct Mail {
  /// Of records that a source sends when it has them: kCurrent, the epoch that its next marker closes.
  static constexpr Epoch kCurrent = -1;

  Epoch epoch = kCurrent;
  int partition = 0;
  BlockPtr block;
  NodePtr rdd;
  std::shared_ptr<void> credit;

  bool isMarker() const { return !block && !rdd; }
};

/// One actor of a graph: a mailbox and what to do with mail. It is run by one thread at a time and takes mail in the
/// order in which it came: by the sender itself while little waits, else by the pool.
class Cell {
 public:
  explicit Cell(TaskPool& pool) : pool_(pool) {}
  virtual ~Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  /// Any thread. Never blocks for long; receive() may run inside.
  void post(Mail mail);

 protected:
  /// Must not throw.
  virtual void receive(Mail mail) noexcept = 0;

 private:
  /// Below this many records a sender runs the cell itself: waking a worker costs more.
  static constexpr std::size_t kLight = 256;

  void run() noexcept;

  TaskPool& pool_;
  std::mutex mutex_;
  std::deque<Mail> mail_;
  bool busy_ = false;
};

}  // namespace millrace::core
