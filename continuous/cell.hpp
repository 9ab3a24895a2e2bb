#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/task_pool.hpp>
#include <millrace/io/position.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace millrace::core {

/// What is sent to a cell: records, as a block or as a partition of an RDD, or, with neither of them, the marker that closes
/// an epoch.
struct Mail {
  /// Stands for the epoch that the source's next marker will close: a source that sends what it receives need not know it.
  static constexpr Epoch kCurrent = -1;

  Epoch epoch = kCurrent;
  /// Of the records, or of the cell that gets a marker; in the marker of a source, how many partitions the source has in
  /// the epoch.
  int partition = 0;
  BlockPtr block;
  NodePtr rdd;
  std::shared_ptr<void> credit;  // kept as long as anything made of the records is on its way: see Credits

  /// In the marker of a partition that is polled.
  std::shared_ptr<const PositionRange> covered = nullptr;
  /// The number that the first partition of `rdd` has in the epoch.
  int first = 0;
  /// In the marker of a source that has sent parts: see LiveGraph::markParts.
  std::shared_ptr<const std::vector<int>> places = nullptr;

  bool isMarker() const { return !block && !rdd; }
};

/// A part of a graph that works on its own: a mailbox, and what is done with the mail. One thread at a time runs a cell and
/// handles its mail, in the order in which it came. That is the sender's own thread where the mail is little, and one of the
/// pool otherwise.
///
/// Mailboxes are bounded, by pieces of mail and by bytes. A sender that finds one full runs that cell itself, or waits for the thread that runs it. This
/// cannot deadlock: mail goes only from cells to cells behind them, never back, so a cell that is run gets on.
class Cell {
 public:
  explicit Cell(TaskPool& pool) : pool_(pool) {}
  virtual ~Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  /// Puts mail into the mailbox; any thread. The call may run the cell, and wait for room in the mailbox. A marker is taken
  /// whether there is room or not.
  void post(Mail mail);

 protected:
  /// Handles one piece of mail.
  virtual void receive(Mail mail) noexcept = 0;

 private:
  enum class State { kIdle, kScheduled, kRunning };

  /// A sender of fewer records than this runs the cell itself: waking a worker of the pool would cost more.
  static constexpr std::size_t kLight = 1024;
  /// Pieces of mail that may wait. A piece is a chunk of records, or a block of a source, of which there are two.
  static constexpr std::size_t kMostWaiting = 16;
  /// Bytes of blocks that may wait; a single block is never too much.
  static constexpr std::size_t kMostBytesWaiting = std::size_t{16} << 20;
  /// Pieces that one run takes, so that a thread which has other cells to run gets back to them.
  static constexpr std::size_t kTurn = 64;

  struct Waiting {
    Mail mail;
    std::size_t bytes;  // of its block
  };

  bool isFull() const MILLRACE_REQUIRES(mutex_);
  /// Makes the calling thread the one that runs the cell, if there is something to run and nobody else does.
  void runScheduled() noexcept;
  void run() noexcept MILLRACE_REQUIRES(mutex_);
  void schedule() MILLRACE_REQUIRES(mutex_);

  TaskPool& pool_;
  Mutex mutex_;
  ConditionVariable hasRoom_;
  std::deque<Waiting> mail_ MILLRACE_GUARDED_BY(mutex_);
  std::size_t bytesWaiting_ MILLRACE_GUARDED_BY(mutex_) = 0;
  State state_ MILLRACE_GUARDED_BY(mutex_) = State::kIdle;
  int waiting_ MILLRACE_GUARDED_BY(mutex_) = 0;  // senders that wait for room
};

}  // namespace millrace::core
