#pragma once

#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/dstream/core/record_ops.hpp>

#include <cstddef>
#include <cstdint>
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

/// What the records of one partition of a stream go through in one epoch: a tree of readers, from an inlet through the
/// steps that are run in the same cell, to sinks and exchanges. It is made anew for each epoch, so that each epoch has its
/// own copies of the user's functions. For one thread.
class Pipeline {
 public:
  /// `plan` and `exit` must outlive it.
  Pipeline(const Plan& plan, std::size_t stream, int partition, Epoch epoch, std::int64_t number,
           PipelineExit& exit);

  /// Sends records through all steps.
  void put(ReaderPtr records);
  /// Adds what the sinks hold to the epoch's result, as that of the partition `place`.
  void close(Epochs& epochs, int place);
  /// Instead of close, when the run is over: closes the user's writers, and tells them what ended the run.
  void abandon(const std::exception_ptr& failure) noexcept;

 private:
  /// A part of the tree: readers up to a fork, with the branches behind it, up to a sink, or up to an exchange.
  struct Segment {
    // at a fork
    std::unique_ptr<Fork> fork;
    std::vector<Segment> branches;

    // at a sink or an exchange
    ReaderPtr reader;

    // at a sink: one of writer, gatherer and output
    std::size_t sink = 0;
    PartitionPath key;
    std::unique_ptr<ShuffleWriter> writer;
    std::unique_ptr<Gatherer> gatherer;
    std::unique_ptr<RecordWriter> output;
    std::exception_ptr failure;  // what the output threw

    // at an exchange
    std::optional<std::size_t> exchange;
    std::unique_ptr<ChunkPartitioner> partitioner;
    std::vector<BlockPtr> outputs;
  };

  Segment build(std::size_t stream, ReaderPtr reader, const PartitionPath& key) const;
  Segment buildExchange(std::size_t exchange, ReaderPtr reader) const;
  void drainIntoExchange(Segment& segment);
  void openOutput(Segment& segment) const;
  void drainIntoOutput(Segment& segment) const;
  /// Runs code of a user's writer. What it throws fails that output for this partition and epoch; the run goes on.
  template <class Work>
  void tryOutput(Segment& segment, Work work) const;
  Segment buildTail(std::size_t sink, const RecordOps& ops, ReaderPtr reader, const PartitionPath& key) const;
  Segment buildBranch(const Plan::Branch& branch, ReaderPtr reader, const PartitionPath& key) const;
  void drain(Segment& segment);
  void close(Segment& segment, Epochs& epochs, int place) const;
  void abandon(Segment& segment, const std::exception_ptr& failure) const noexcept;

  const Plan& plan_;
  const Epoch epoch_;
  const std::int64_t number_;  // of the epoch, as writers are told
  PipelineExit& exit_;
  Inlet* inlet_ = nullptr;
  Segment root_;
};

}  // namespace millrace::core
