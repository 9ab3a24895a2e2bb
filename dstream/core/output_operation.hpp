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

/// An output operation: what to run on its parent's RDD, batch by batch.
class OutputOperation {
 public:
  OutputOperation(StreamPtr parent, const std::string& kind, OutputAction action);
  /// An output that takes records one by one.
  OutputOperation(StreamPtr parent, const std::string& kind, RecordWriterFactory writer);

  const StreamPtr& parent() const { return parent_; }
  const OperatorPtr& info() const { return info_; }
  /// Null for outputs that see RDDs.
  const RecordWriterFactory& writer() const { return writer_; }
  /// Called when a long-lived graph gives the records to the writer itself: the jobs only report whether the writer
  /// failed.
  void setRunsInGraph() { runsInGraph_ = true; }
  /// What the writer threw in the epoch whose job is generated next.
  void setFailure(std::exception_ptr failure);
  /// The job of a batch; none where the parent has no RDD.
  std::optional<Job> generateJob(Time time);

 private:
  void writeBatch(const NodePtr& rdd, Time time) const;

  const StreamPtr parent_;
  const OperatorPtr info_;
  const std::shared_ptr<const OutputAction> action_;
  const RecordWriterFactory writer_;
  bool runsInGraph_ = false;
  std::exception_ptr failure_;
};

}  // namespace millrace::core
