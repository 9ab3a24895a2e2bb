#pragma once

#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/task_pool.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <condition_variable>
#include <cstddef>
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
///
/// Mailboxes are bounded. A sender that finds one full empties it itself, or waits for the thread that is doing so; that
/// cannot deadlock, because mail goes only from cells to cells behind them, and a cell that somebody runs gets on.
class Cell {
 public:
  explicit Cell(TaskPool& pool) : pool_(pool) {}
  virtual ~Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  /// Any thread. receive() may run inside. Markers never wait.
  void post(Mail mail);

 protected:
  /// Must not throw.
  virtual void receive(Mail mail) noexcept = 0;

 private:
  enum class State { kIdle, kScheduled, kRunning };

  /// Below this many records a sender runs the cell itself: waking a worker costs more.
  static constexpr std::size_t kLight = 1024;
  /// Pieces of mail that may wait. A piece is a chunk of records, or a block of a source, of which there are two.
  static constexpr std::size_t kMostWaiting = 16;
  /// Pieces that one run takes, so that a thread which has other cells to run gets back to them.
  static constexpr std::size_t kTurn = 64;

  /// Makes the calling thread the one that runs the cell, if there is something to run and nobody else does.
  void runScheduled() noexcept;
  void run(std::unique_lock<std::mutex>& lock) noexcept;
  void schedule();

  TaskPool& pool_;
  std::mutex mutex_;
  std::condition_variable hasRoom_;
  std::deque<Mail> mail_;
  State state_ = State::kIdle;
  int waiting_ = 0;  // senders that wait for room
};

}  // namespace millrace::core
