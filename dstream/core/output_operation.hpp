#pragma once

#include <millrace/dstream/core/add_output.hpp>
#include <millrace/dstream/core/record_writer.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/stream_node.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace millrace::core {

/// An output operation of a program, such as print or foreach: in each batch it has a job, which does something with
/// the RDD of its parent.
class OutputOperation {
 public:
  OutputOperation(StreamPtr parent, const std::string& kind, OutputAction action,
                  const std::string& directories = {});
  /// An output operation that takes records one by one: each partition of a batch has a writer that `writer` makes.
  OutputOperation(StreamPtr parent, const std::string& kind, RecordWriterFactory writer);

  const StreamPtr& parent() const { return parent_; }
  const OperatorPtr& info() const { return info_; }
  /// What makes the writers; null for an output operation that is given RDDs.
  const RecordWriterFactory& writer() const { return writer_; }
  /// Where it writes files: the absolute path, with a word for the time of the batch. Empty if it writes none.
  const std::string& directories() const { return directories_; }
  /// Says that a long-lived graph has writers of its own, to which it gives records as they arrive. Nothing is left for
  /// the jobs but to fail if a writer has.
  void setRunsInGraph() { runsInGraph_ = true; }
  /// Says what a writer of a long-lived graph has thrown in the epoch of `time`, whose job throws it. The first failure of
  /// an epoch counts.
  void setFailure(Time time, std::exception_ptr failure);
  /// The job that throws what a writer has thrown in the epoch of `time`; none if all did well.
  std::optional<Job> failedJob(Time time) const;
  /// The job of the batch of `time`; none if the parent has no RDD.
  std::optional<Job> generateJob(Time time);

 private:
  void writeBatch(const NodePtr& rdd, Time time) const;

  const StreamPtr parent_;
  const OperatorPtr info_;
  const std::shared_ptr<const OutputAction> action_;
  const RecordWriterFactory writer_;
  const std::string directories_;
  bool runsInGraph_ = false;
  std::optional<std::pair<Time, std::exception_ptr>> failure_;
};

}  // namespace millrace::core
