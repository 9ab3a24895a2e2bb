#pragma once

#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/dstream/core/record_ops.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace millrace::core {

/// Where a pipeline sends the records that leave its cell.
struct PipelineExit {
  virtual ~PipelineExit() = default;
  virtual void send(std::size_t exchange, int output, BlockPtr records) = 0;
  /// True once the run is over and nobody wants what is still to come.
  virtual bool isOver() const = 0;
};

/// One partition of a stream in one epoch: readers from the inlet through all steps to the sinks. Opened anew
/// for each epoch, so each has its own copies of the user's functions. For one thread.
class Pipeline {
 public:
  /// `exit` must outlive it.
  Pipeline(const Plan& plan, std::size_t stream, int partition, Epoch epoch, PipelineExit& exit);

  /// Sends records through all steps.
  void put(ReaderPtr records);
  /// Hands over what the sinks hold.
  void close(Epochs& epochs);
  /// Closes the writers of a pipeline that will not be closed, and tells them what ended the run.
  void abandon(const std::exception_ptr& failure) noexcept;

 private:
  /// A tail, or a fork with what is behind it.
  struct Segment {
    std::unique_ptr<Fork> fork;
    std::vector<Segment> branches;

    ReaderPtr reader;
    std::size_t sink = 0;
    std::optional<std::size_t> exchange;
    PartitionPath key;
    std::unique_ptr<ShuffleWriter> writer;
    std::unique_ptr<Gatherer> gatherer;
    std::unique_ptr<RecordWriter> output;
    std::exception_ptr failure;  // what the output threw
    std::unique_ptr<ChunkPartitioner> partitioner;
    std::vector<BlockPtr> outputs;
  };

  Segment build(std::size_t stream, ReaderPtr reader, const PartitionPath& key) const;
  Segment buildExchange(std::size_t exchange, ReaderPtr reader) const;
  void drainIntoExchange(Segment& segment);
  void openOutput(Segment& segment) const;
  void drainIntoOutput(Segment& segment) const;
  /// Runs code of a writer. What it throws ends this partition of the epoch, not the run.
  template <class Work>
  void tryOutput(Segment& segment, Work work) const;
  Segment buildTail(std::size_t sink, const RecordOps& ops, ReaderPtr reader, const PartitionPath& key) const;
  Segment buildBranch(const Plan::Branch& branch, ReaderPtr reader, const PartitionPath& key) const;
  void drain(Segment& segment);
  void close(Segment& segment, Epochs& epochs) const;
  static void abandon(Segment& segment, const std::exception_ptr& failure) noexcept;

  const Plan& plan_;
  const Epoch epoch_;
  PipelineExit& exit_;
  Inlet* inlet_ = nullptr;
  Segment root_;
};

}  // namespace millrace::core
