#include <millrace/dstream/core/output_operation.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <filesystem>
#include <utility>

namespace millrace::core {

namespace {

std::string absolutePath(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace

OutputOperation::OutputOperation(StreamPtr parent, const std::string& kind, OutputAction action,
                                 const std::string& directories)
    : parent_(std::move(parent)),
      info_(parent_->graph()->newOperator(kind)),
      action_(std::make_shared<const OutputAction>(std::move(action))),
      directories_(absolutePath(directories)) {}

OutputOperation::OutputOperation(StreamPtr parent, const std::string& kind, RecordWriterFactory writer)
    : parent_(std::move(parent)),
      info_(parent_->graph()->newOperator(kind)),
      action_(std::make_shared<const OutputAction>(
          [this](const NodePtr& rdd, Time time) { writeBatch(rdd, time); })),
      writer_(std::move(writer)) {}

void OutputOperation::writeBatch(const NodePtr& rdd, Time time) const {
  auto graph = parent_->graph();
  std::int64_t epoch = (time - graph->zeroTime()).milliseconds() / graph->batchDuration().milliseconds() - 1;
  rdd->engine().runJob(*rdd, [&](int partition, ReaderPtr records) {
    inOperator(info_, [&] {
      auto writer = writer_(partition, epoch);
      writer->open();
      try {
        writer->drain(*records);
      } catch (...) {
        writer->close(std::current_exception());
        throw;
      }
      writer->close(nullptr);
    });
  });
}

void OutputOperation::setFailure(Time time, std::exception_ptr failure) {
  if (!failure_ || failure_->first != time) failure_.emplace(time, std::move(failure));
}

std::optional<Job> OutputOperation::failedJob(Time time) const {
  if (!failure_ || failure_->first != time) return std::nullopt;
  return Job{time, 0, info_, [failure = failure_->second] { std::rethrow_exception(failure); }};
}

std::optional<Job> OutputOperation::generateJob(Time time) {
  NodePtr rdd = parent_->rdd(time);
  if (!rdd) return std::nullopt;
  if (runsInGraph_) {
    if (auto failed = failedJob(time)) return failed;
    return Job{time, 0, info_, [] {}};
  }
  auto run = [action = action_, rdd = std::move(rdd), time] { (*action)(rdd, time); };
  return Job{time, 0, info_, std::move(run)};
}

}  // namespace millrace::core
