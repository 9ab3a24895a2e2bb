#pragma once

#include <millrace/continuous/credits.hpp>
#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/pipeline_cell.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/continuous/run_end.hpp>
#include <millrace/continuous/source_cell.hpp>
#include <millrace/continuous/task_pool.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace millrace::core {

/// A program as a long-lived graph: sources push records into it, markers close its epochs, and each closed epoch is
/// handed to whoever made the graph. It knows no timer, no receivers and no jobs: who makes it begins epochs, feeds
/// records and sends markers.
///
/// For each epoch: `epochs().begin(time)`, then for each source its records, if it has any, and its marker. What a user
/// function throws ends the run: from then on the graph takes everything and gives nothing.
class LiveGraph {
 public:
  /// Told of the first failure, by the thread that met it.
  using Failed = std::function<void(std::exception_ptr failure, Epoch epoch)>;

  /// The first epoch is expected to end an `epochLength` after `begunAfter`. Each source has `cellsPerSource` cells, or, if it
  /// is polled, one for each of its partitions. Brings
  /// initial states to their cells, for which jobs are run: throws what these throw.
  LiveGraph(Plan plan, std::unique_ptr<TaskPool> pool, int cellsPerSource, Time zeroTime, Time begunAfter,
            Duration epochLength, Epochs::Closed closed, Failed failed);
  /// Ends the run, and waits for user functions that still run on the pool.
  ~LiveGraph();

  const Plan& plan() const { return plan_; }
  Epochs& epochs() { return epochs_; }

  /// Sends records of a partition of a source. Waits while two blocks of the partition are still on their way, so that a slow
  /// operator slows its sources and memory stays bounded; a stop ends the wait and drops the block.
  void feed(std::size_t source, int partition, BlockPtr block, const std::stop_token& stop);
  /// Sends a whole RDD as what a source gives to `epoch`.
  void feed(std::size_t source, const NodePtr& rdd, Epoch epoch);
  /// Says that nothing up to `epoch` follows from this source, and how many partitions the source has in it.
  void mark(std::size_t source, Epoch epoch, int partitions);
  /// Sends an RDD as a part of what a source gives to the epoch that its next marker closes; the part's partitions have in this
  /// epoch the numbers from `first` on.
  void feedPart(std::size_t source, const NodePtr& part, int first);
  /// Marks a source that has sent parts, and says for each number which place the partition has among those of the epoch.
  void markParts(std::size_t source, Epoch epoch, std::vector<int> places);
  /// The same of one partition of a source that is polled, and what it has given. Each partition has to be marked.
  void markPartition(std::size_t source, int partition, Epoch epoch, const PositionRange& covered);
  /// Ends the run: drops what is on its way, and closes the writers that are open, on the calling thread where nothing
  /// runs. Does not wait for the user functions that run.
  void end();
  /// Waits, after `end`, for the user functions that still run on the pool.
  void awaitIdle() { pool_->awaitIdle(); }
  /// How often a source had to wait until its records were taken.
  std::int64_t sourceWaits() const;
  /// Which operators run at this moment, and in which partitions, for whoever waits for them; empty if none.
  std::string runningNow();

 private:
  int cellsOf(const Plan::Source& source) const;
  int cellCount() const;
  void makeCells();
  void beginStates(Time firstEpoch) const;
  void fail(std::exception_ptr failure, int partition, Epoch epoch);
  /// Only the first call has an effect, and gives true.
  bool endBecauseOf(std::exception_ptr reason);
  template <class Visit>
  void forEachCell(Visit visit);

  const Plan plan_;
  const int cellsPerSource_;
  const Failed failed_;
  RunEnd end_;
  Epochs epochs_;
  std::vector<std::vector<std::shared_ptr<Credits>>> credits_;  // by source and cell
  std::vector<std::vector<std::unique_ptr<SourceCell>>> sourceCells_;
  std::vector<ExchangeCells> exchangeCells_;
  std::unique_ptr<TaskPool> pool_;  // after the cells: its tasks end before them
  const CellContext context_;
};

}  // namespace millrace::core
