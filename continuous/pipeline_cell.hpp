#pragma once

#include <millrace/continuous/cell.hpp>
#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/pipeline.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/continuous/run_end.hpp>
#include <millrace/continuous/task_pool.hpp>
#include <millrace/rdd/core/run/activity.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

class ExchangeCell;

/// The cells behind an exchange, one for each of its partitions.
using ExchangeCells = std::vector<std::unique_ptr<ExchangeCell>>;

/// What cells know of the graph that they are part of. The graph owns it, and all that it refers to.
struct CellContext {
  const Plan& plan;
  TaskPool& pool;
  Epochs& epochs;
  const RunEnd& end;
  const std::vector<ExchangeCells>& exchangeCells;  // by exchange of the plan
  std::size_t chunkSize;
  Time zeroTime;
  Time begunAfter;  // the end of the epoch before the first one
  Duration epochLength;
  /// Ends the run because of what a user function threw in a partition.
  std::function<void(std::exception_ptr failure, int partition, Epoch epoch)> fail;

  /// The number of an epoch in all runs of a program: how many intervals lie between time zero and its begin.
  std::int64_t numberOf(Epoch epoch) const;
};

/// A cell that sends records through the steps of its stream: it has some of the stream's partitions, and one pipeline
/// for each of them and each open epoch. Where the records come from, and when an epoch ends, subclasses know.
class PipelineCell : public Cell, public PipelineExit {
 public:
  /// `graph` must outlive it.
  PipelineCell(const CellContext& graph, std::size_t stream);

  /// The operator that runs in this cell at this moment; compare it only.
  const OperatorInfo* runs() const { return activity_.now(); }

 protected:
  /// Handles records or a marker. What it throws ends the run.
  virtual void take(Mail& mail) = 0;
  /// Takes mail as a task of its own: what it throws is told of the mail's epoch and partition.
  void handle(Mail& mail) noexcept;

  const CellContext& graph() const { return graph_; }
  /// Sends records through the partition's pipeline. The credit goes with all that leaves the cell because of them.
  void put(Epoch epoch, int partition, ReaderPtr records, std::shared_ptr<void> credit);
  /// Hands over what the partition's pipeline has gathered in the epoch, as that of the partition `place`.
  void closePipeline(Epoch epoch, int partition, int place);
  /// Says that this cell has closed all its pipelines of the epoch, to the cells that get records from here, each of
  /// them once, and to the graph's epochs.
  void closeEpoch(Epoch epoch);

 private:
  void receive(Mail mail) noexcept final;
  void send(std::size_t exchange, int output, BlockPtr records) override;
  bool isOver() const override { return graph_.end.isOver(); }
  Pipeline& pipeline(Epoch epoch, int partition);
  void abandonPipelines() noexcept;

  const CellContext& graph_;
  const std::size_t stream_;
  const std::vector<std::size_t> exchanges_;  // where records of the pipelines may go
  std::map<std::pair<Epoch, int>, std::unique_ptr<Pipeline>> pipelines_;
  std::shared_ptr<void> credit_;  // of the records that are in a pipeline at this moment
  Epoch sending_ = 0;             // the epoch of these records
  Activity activity_;
};

}  // namespace millrace::core
