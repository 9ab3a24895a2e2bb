#include <millrace/base/log.hpp>
#include <millrace/continuous/pipeline.hpp>
#include <millrace/rdd/core/run/activity.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <utility>

namespace millrace::core {

Pipeline::Pipeline(const Plan& plan, std::size_t stream, int partition, Epoch epoch, std::int64_t number,
                   PipelineExit& exit)
    : plan_(plan), epoch_(epoch), number_(number), exit_(exit) {
  auto [reader, inlet] = plan.streams[stream].node->recordOps().inlet();
  inlet_ = inlet;
  root_ = build(stream, std::move(reader), PartitionPath{{}, partition});
}

void Pipeline::put(ReaderPtr records) {
  inlet_->put(std::move(records));
  drain(root_);
}

void Pipeline::close(Epochs& epochs, int place) { close(root_, epochs, place); }

void Pipeline::abandon(const std::exception_ptr& failure) noexcept { abandon(root_, failure); }

Pipeline::Segment Pipeline::build(std::size_t stream, ReaderPtr reader, const PartitionPath& key) const {
  const Plan::Stream& here = plan_.streams[stream];
  const RecordOps& ops = here.node->recordOps();
  if (here.sinks.size() + here.branches.size() + here.exchanges.size() == 1) {
    if (!here.sinks.empty()) return buildTail(here.sinks[0], ops, std::move(reader), key);
    if (!here.branches.empty()) return buildBranch(here.branches[0], std::move(reader), key);
    return buildExchange(here.exchanges[0], std::move(reader));
  }
  Segment segment;
  segment.fork = ops.fork(std::move(reader));
  for (std::size_t sink : here.sinks)
    segment.branches.push_back(buildTail(sink, ops, segment.fork->addBranch(), key));
  for (const auto& branch : here.branches)
    segment.branches.push_back(buildBranch(branch, segment.fork->addBranch(), key));
  for (std::size_t exchange : here.exchanges)
    segment.branches.push_back(buildExchange(exchange, segment.fork->addBranch()));
  return segment;
}

Pipeline::Segment Pipeline::buildExchange(std::size_t exchange, ReaderPtr reader) const {
  const Exchanged& flow = plan_.exchanges[exchange].flow;
  Segment segment;
  segment.reader = std::move(reader);
  segment.exchange = exchange;
  segment.partitioner = flow.spec->chunkPartitioner(flow.outputs);
  segment.outputs.resize(static_cast<std::size_t>(flow.outputs));
  return segment;
}

Pipeline::Segment Pipeline::buildTail(std::size_t sink, const RecordOps& ops, ReaderPtr reader,
                                      const PartitionPath& key) const {
  const Plan::Sink& target = plan_.sinks[sink];
  Segment segment;
  segment.reader = std::move(reader);
  segment.sink = sink;
  segment.key = key;
  if (target.output) {
    openOutput(segment);
  } else if (target.spec) {
    segment.writer = target.spec->writer(0, target.partitioner->partitions());
  } else {
    segment.gatherer = ops.gather();
  }
  return segment;
}

Pipeline::Segment Pipeline::buildBranch(const Plan::Branch& branch, ReaderPtr reader,
                                        const PartitionPath& key) const {
  if (branch.step) return build(branch.to, branch.step->open(std::move(reader)), key);
  PartitionPath through = key;
  through.edges.insert(through.edges.begin(), branch.edge);
  return build(branch.to, std::move(reader), through);
}

void Pipeline::drain(Segment& segment) {
  if (segment.fork) {
    while (!exit_.isOver() && segment.fork->pull()) {
      for (Segment& branch : segment.branches) drain(branch);
    }
  } else if (segment.exchange) {
    drainIntoExchange(segment);
  } else if (plan_.sinks[segment.sink].output) {
    drainIntoOutput(segment);
  } else if (segment.writer) {
    inOperator(plan_.sinks[segment.sink].target->info(), [&] { segment.writer->drain(*segment.reader); });
  } else {
    segment.gatherer->drain(*segment.reader);
  }
}

void Pipeline::drainIntoExchange(Segment& segment) {
  while (!exit_.isOver() && segment.partitioner->next(*segment.reader, segment.outputs)) {
    for (std::size_t output = 0; output < segment.outputs.size(); ++output) {
      BlockPtr records = std::exchange(segment.outputs[output], nullptr);
      if (records) exit_.send(*segment.exchange, static_cast<int>(output), std::move(records));
    }
  }
}

template <class Work>
void Pipeline::tryOutput(Segment& segment, Work work) const {
  const OperatorInfo& info = *plan_.sinks[segment.sink].output->info();
  try {
    Activity::Scope scope(info);
    work();
  } catch (const OperatorFailure&) {
    throw;  // of a step that the writer pulled on
  } catch (...) {
    auto cause = std::current_exception();
    segment.failure = std::make_exception_ptr(TaskFailure(info.describe(), segment.key.partition, cause));
  }
}

void Pipeline::openOutput(Segment& segment) const {
  const OutputOperation& output = *plan_.sinks[segment.sink].output;
  inOperator(output.info(), [&] { segment.output = output.writer()(segment.key.partition, number_); });
  tryOutput(segment, [&] { segment.output->open(); });
}

void Pipeline::drainIntoOutput(Segment& segment) const {
  bool failedBefore = segment.failure != nullptr;
  tryOutput(segment, [&] { segment.output->drain(*segment.reader); });
  if (!segment.failure || failedBefore) return;
  try {
    std::rethrow_exception(segment.failure);
  } catch (const TaskFailure& failure) {
    abandon(segment, failure.cause());
  }
  segment.output->drain(*segment.reader);
}

void Pipeline::abandon(Segment& segment, const std::exception_ptr& failure) const noexcept {
  for (Segment& branch : segment.branches) abandon(branch, failure);
  if (!segment.output) return;
  try {
    Activity::Scope scope(*plan_.sinks[segment.sink].output->info());
    segment.output->close(failure);
  } catch (...) {
    logError("a writer threw while it was closed because of an error",
             {{"error", describeException(std::current_exception())}});
  }
}

void Pipeline::close(Segment& segment, Epochs& epochs, int place) const {
  for (Segment& branch : segment.branches) close(branch, epochs, place);
  const PartitionPath key{segment.key.edges, place};
  if (segment.output && !segment.failure) tryOutput(segment, [&] { segment.output->close(nullptr); });
  if (segment.output) epochs.add(epoch_, segment.sink, key, SinkPartition{nullptr, {}, segment.failure});
  if (segment.writer) epochs.add(epoch_, segment.sink, key, SinkPartition{nullptr, segment.writer->finish()});
  if (segment.gatherer) epochs.add(epoch_, segment.sink, key, SinkPartition{segment.gatherer->take(), {}});
}

}  // namespace millrace::core
