#include <millrace/base/log.hpp>
#include <millrace/continuous/line.hpp>

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
  try {
    drain(root_);
  } catch (...) {
    closeOutputs(root_, std::current_exception());
    throw;
  }
}

void Line::close(Epochs& epochs) {
  try {
    close(root_, epochs);
  } catch (...) {
    closeOutputs(root_, std::current_exception());
    throw;
  }
}

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

Line::Tap Line::buildExchange(std::size_t exchange, ReaderPtr reader) {
  Tap tap;
  tap.reader = std::move(reader);
  tap.exchange = exchange;
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
    tap.output =
        inOperator(target.output->info(), [&] { return target.output->writer()(key.partition, epoch_); });
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
    while (tap.fork->pull()) {
      for (Tap& branch : tap.branches) drain(branch);
    }
  } else if (tap.exchange) {
    drainIntoExchange(tap);
  } else if (tap.output) {
    inOperator(plan_.points[tap.point].output->info(), [&] { write(tap); });
  } else if (tap.writer) {
    inOperator(plan_.points[tap.point].target->info(), [&] { tap.writer->drain(*tap.reader); });
  } else {
    tap.gatherer->drain(*tap.reader);
  }
}

void Line::drainIntoExchange(Tap& tap) {
  const Exchanged& flow = plan_.exchanges[*tap.exchange].flow;
  auto writer = flow.spec->writer(0, flow.outputs);
  writer->drain(*tap.reader);
  auto files = writer->finish();
  for (int output = 0; output < flow.outputs; ++output) {
    auto merger = flow.spec->merger();
    merger->add(0, std::move(files[static_cast<std::size_t>(output)]));
    BlockPtr records = merger->finish();
    if (records->records() > 0) exit_.send(*tap.exchange, output, std::move(records));
  }
}

void Line::write(Tap& tap) {
  try {
    tap.output->drain(*tap.reader);
  } catch (...) {
    closeOutputs(tap, std::current_exception());
    throw;
  }
}

void Line::closeOutputs(Tap& tap, const std::exception_ptr& failure) noexcept {
  for (Tap& branch : tap.branches) closeOutputs(branch, failure);
  if (!tap.output) return;
  try {
    auto output = std::move(tap.output);
    output->close(failure);
  } catch (...) {
    logError("a writer that was told of a failure threw",
             {{"error", describeException(std::current_exception())}});
  }
}

void Line::close(Tap& tap, Epochs& epochs) const {
  for (Tap& branch : tap.branches) close(branch, epochs);
  if (auto output = std::move(tap.output))
    inOperator(plan_.points[tap.point].output->info(), [&] { output->close(nullptr); });
  if (tap.writer) epochs.add(epoch_, tap.point, tap.key, Part{nullptr, tap.writer->finish()});
  if (tap.gatherer) epochs.add(epoch_, tap.point, tap.key, Part{tap.gatherer->take(), {}});
}

}  // namespace millrace::core
