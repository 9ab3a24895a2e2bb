#pragma once

#include <millrace/continuous/cell.hpp>
#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/continuous/task_pool.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace millrace::core {

/// A program as a long-lived graph: sources push blocks into it, markers close its epochs. What user functions throw
/// ends it: from then on it takes everything and gives nothing.
class LiveGraph {
 public:
  /// Told of the first failure, by the thread that met it.
  using Failed = std::function<void(std::exception_ptr failure, Epoch epoch)>;

  LiveGraph(Plan plan, std::unique_ptr<TaskPool> pool, int cellsPerSource, Time zeroTime,
            Duration epochLength, Epochs::Closed closed, Failed failed);
  ~LiveGraph();

  const Plan& plan() const { return plan_; }
  Epochs& epochs() { return epochs_; }

  /// Sends records of a source. Waits while two blocks of the source are still on their way, so that a slow operator
  /// slows its sources and memory stays bounded; a stop ends the wait and drops the block.
  void feed(std::size_t source, BlockPtr block, std::stop_token stop);
  /// Sends a whole RDD as what a source gives to `epoch`.
  void feed(std::size_t source, const NodePtr& rdd, Epoch epoch);
  /// Nothing up to `epoch` follows from this source, which has so many partitions in it.
  void mark(std::size_t source, Epoch epoch, int partitions);
  /// The run is over: drops what is on its way, and closes the writers that are open. Does not wait for user functions.
  void end();
  /// Which operators run at this moment, and in which partitions, for whoever waits for them; empty if none.
  std::string runningNow();

 private:
  class PipelineCell;
  class SourceCell;
  class ExchangeCell;
  class Credits;

  int cellCount() const;
  void fail(std::exception_ptr failure, int partition, Epoch epoch);
  /// Only the first call has an effect, and gives true.
  bool over(std::exception_ptr reason);
  template <class Visit>
  void forEachCell(Visit visit);

  const Plan plan_;
  const int cellsPerSource_;
  const std::size_t chunkSize_;
  const Time zeroTime_;
  const Failed failed_;
  std::mutex ending_;
  std::exception_ptr reason_;  // set before isOver_, and never again
  std::atomic<bool> isOver_ = false;
  Epochs epochs_;
  std::vector<std::shared_ptr<Credits>> credits_;
  std::vector<std::vector<std::unique_ptr<Cell>>> sourceCells_;
  std::vector<std::vector<std::unique_ptr<Cell>>> exchangeCells_;
  std::unique_ptr<TaskPool> pool_;  // last: its tasks end before the cells
};

}  // namespace millrace::core
