#include <millrace/base/log.hpp>
#include <millrace/continuous/line.hpp>
#include <millrace/rdd/core/run/activity.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <utility>

namespace millrace::core {

Line::Line(const Plan& plan, std::size_t stream, int partition, Epoch epoch, LineExit& exit)
    : plan_(plan), epoch_(epoch), exit_(exit) {
  auto [reader, inlet] = plan.streams[stream].node->recordOps().inlet();
  inlet_ = inlet;
  root_ = build(stream, std::move(reader), PartKey{{}, partition});
}

void Line::put(ReaderPtr records) {
  inlet_->put(std::move(records));
  drain(root_);
}

void Line::close(Epochs& epochs) { close(root_, epochs); }

void Line::abandon(const std::exception_ptr& failure) noexcept { abandon(root_, failure); }

Line::Tap Line::build(std::size_t stream, ReaderPtr reader, const PartKey& key) const {
  const Plan::Stream& here = plan_.streams[stream];
  const RecordOps& ops = here.node->recordOps();
  if (here.points.size() + here.branches.size() + here.exchanges.size() == 1) {
    if (!here.points.empty()) return buildTail(here.points[0], ops, std::move(reader), key);
    if (!here.branches.empty()) return buildBranch(here.branches[0], std::move(reader), key);
    return buildExchange(here.exchanges[0], std::move(reader));
  }
  Tap tap;
  tap.fork = ops.fork(std::move(reader));
  for (std::size_t point : here.points)
    tap.branches.push_back(buildTail(point, ops, tap.fork->addBranch(), key));
  for (const auto& branch : here.branches)
    tap.branches.push_back(buildBranch(branch, tap.fork->addBranch(), key));
  for (std::size_t exchange : here.exchanges)
    tap.branches.push_back(buildExchange(exchange, tap.fork->addBranch()));
  return tap;
}

Line::Tap Line::buildExchange(std::size_t exchange, ReaderPtr reader) const {
  const Exchanged& flow = plan_.exchanges[exchange].flow;
  Tap tap;
  tap.reader = std::move(reader);
  tap.exchange = exchange;
  tap.spreader = flow.spec->spreader(flow.outputs);
  tap.spread.resize(static_cast<std::size_t>(flow.outputs));
  return tap;
}

Line::Tap Line::buildTail(std::size_t point, const RecordOps& ops, ReaderPtr reader,
                          const PartKey& key) const {
  const Plan::Point& target = plan_.points[point];
  Tap tap;
  tap.reader = std::move(reader);
  tap.point = point;
  tap.key = key;
  if (target.output) {
    openOutput(tap);
  } else if (target.spec) {
    tap.writer = target.spec->writer(0, target.partitioner->partitions());
  } else {
    tap.gatherer = ops.gather();
  }
  return tap;
}

Line::Tap Line::buildBranch(const Plan::Branch& branch, ReaderPtr reader, const PartKey& key) const {
  if (branch.step) return build(branch.to, branch.step->open(std::move(reader)), key);
  PartKey through = key;
  through.edges.insert(through.edges.begin(), branch.edge);
  return build(branch.to, std::move(reader), through);
}

void Line::drain(Tap& tap) {
  if (tap.fork) {
    while (!exit_.isOver() && tap.fork->pull()) {
      for (Tap& branch : tap.branches) drain(branch);
    }
  } else if (tap.exchange) {
    drainIntoExchange(tap);
  } else if (plan_.points[tap.point].output) {
    drainIntoOutput(tap);
  } else if (tap.writer) {
    inOperator(plan_.points[tap.point].target->info(), [&] { tap.writer->drain(*tap.reader); });
  } else {
    tap.gatherer->drain(*tap.reader);
  }
}

void Line::drainIntoExchange(Tap& tap) {
  while (!exit_.isOver() && tap.spreader->next(*tap.reader, tap.spread)) {
    for (std::size_t output = 0; output < tap.spread.size(); ++output) {
      BlockPtr records = std::exchange(tap.spread[output], nullptr);
      if (records) exit_.send(*tap.exchange, static_cast<int>(output), std::move(records));
    }
  }
}

template <class Work>
void Line::tryOutput(Tap& tap, Work work) const {
  const OperatorInfo& info = *plan_.points[tap.point].output->info();
  try {
    Activity::Scope scope(info);
    work();
  } catch (const OperatorFailure&) {
    throw;  // of a step that the writer pulled on
  } catch (...) {
    auto cause = std::current_exception();
    tap.failure = std::make_exception_ptr(TaskFailure(info.describe(), tap.key.partition, cause));
  }
}

void Line::openOutput(Tap& tap) const {
  const OutputOperation& output = *plan_.points[tap.point].output;
  inOperator(output.info(), [&] { tap.output = output.writer()(tap.key.partition, epoch_); });
  tryOutput(tap, [&] { tap.output->open(); });
}

void Line::drainIntoOutput(Tap& tap) const {
  bool failedBefore = tap.failure != nullptr;
  tryOutput(tap, [&] { tap.output->drain(*tap.reader); });
  if (!tap.failure || failedBefore) return;
  try {
    std::rethrow_exception(tap.failure);
  } catch (const TaskFailure& failure) {
    abandon(tap, failure.cause());
  }
  tap.output->drain(*tap.reader);
}

void Line::abandon(Tap& tap, const std::exception_ptr& failure) noexcept {
  for (Tap& branch : tap.branches) abandon(branch, failure);
  if (!tap.output) return;
  try {
    tap.output->close(failure);
  } catch (...) {
    logError("a writer threw while it was closed because of an error",
             {{"error", describeException(std::current_exception())}});
  }
}

void Line::close(Tap& tap, Epochs& epochs) const {
  for (Tap& branch : tap.branches) close(branch, epochs);
  if (tap.output && !tap.failure) tryOutput(tap, [&] { tap.output->close(nullptr); });
  if (tap.output) epochs.add(epoch_, tap.point, tap.key, Part{nullptr, {}, tap.failure});
  if (tap.writer) epochs.add(epoch_, tap.point, tap.key, Part{nullptr, tap.writer->finish()});
  if (tap.gatherer) epochs.add(epoch_, tap.point, tap.key, Part{tap.gatherer->take(), {}});
}

}  // namespace millrace::core
