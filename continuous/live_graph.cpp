#include <millrace/continuous/exchange_cell.hpp>
#include <millrace/continuous/live_graph.hpp>
#include <millrace/dstream/core/polled_source.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <map>
#include <utility>

namespace millrace::core {

namespace {

std::size_t chunkSizeOf(const Plan& plan) {
  return plan.sources.empty() ? kChunkSize : plan.sources[0].input->engine()->chunkSize();
}

}  // namespace

LiveGraph::LiveGraph(Plan plan, std::unique_ptr<TaskPool> pool, int cellsPerSource, Time zeroTime,
                     Time begunAfter, Duration epochLength, Epochs::Closed closed, Failed failed)
    : plan_(std::move(plan)),
      cellsPerSource_(cellsPerSource),
      failed_(std::move(failed)),
      epochs_(plan_.sinks.size(), cellCount(), begunAfter, epochLength, std::move(closed)),
      pool_(std::move(pool)),
      context_{plan_,
               *pool_,
               epochs_,
               end_,
               exchangeCells_,
               chunkSizeOf(plan_),
               zeroTime,
               begunAfter,
               epochLength,
               [this](std::exception_ptr failure, int partition, Epoch epoch) {
                 fail(std::move(failure), partition, epoch);
               }} {
  makeCells();
  beginStates(begunAfter + epochLength);
}

LiveGraph::~LiveGraph() { end(); }

void LiveGraph::makeCells() {
  for (const Plan::Exchange& exchange : plan_.exchanges) {
    ExchangeCells& cells = exchangeCells_.emplace_back();
    for (int i = 0; i < exchange.flow.outputs; ++i)
      cells.push_back(std::make_unique<ExchangeCell>(context_, exchange, i));
  }
  auto connect = [&](std::size_t stream, int senders) {
    for (std::size_t exchange : plan_.exchangesFrom(stream)) {
      for (auto& cell : exchangeCells_[exchange]) cell->addSenders(senders);
    }
  };
  for (const Plan::Exchange& exchange : plan_.exchanges) connect(exchange.to, exchange.flow.outputs);
  for (std::size_t source = 0; source < plan_.sources.size(); ++source) {
    const int count = cellsOf(plan_.sources[source]);
    auto& credits = credits_.emplace_back();
    auto& cells = sourceCells_.emplace_back();
    for (int i = 0; i < count; ++i) {
      credits.push_back(std::make_shared<Credits>());
      cells.push_back(std::make_unique<SourceCell>(context_, source, i, count));
    }
    connect(plan_.sources[source].stream, count);
  }
}

void LiveGraph::beginStates(Time firstEpoch) const {
  for (const Plan::Exchange& exchange : plan_.exchanges) {
    const NodePtr& initial = exchange.flow.initial;
    if (!initial) continue;
    initial->prepare();
    for (int p = 0; p < initial->partitions(); ++p)
      exchange.flow.state->begin(p, firstEpoch, initial->block(p));
  }
}

void LiveGraph::end() {
  endBecauseOf(std::make_exception_ptr(SparkException("the run was stopped before the epoch had ended")));
}

bool LiveGraph::endBecauseOf(std::exception_ptr reason) {
  if (!end_.set(std::move(reason))) return false;
  epochs_.stop();
  forEachCell([](PipelineCell& cell, int) { cell.post(Mail{0, 0, nullptr, nullptr, nullptr}); });
  return true;
}

template <class Visit>
void LiveGraph::forEachCell(Visit visit) {
  auto visitAll = [&](auto& allCells) {
    for (auto& cells : allCells) {
      for (std::size_t i = 0; i < cells.size(); ++i) visit(*cells[i], static_cast<int>(i));
    }
  };
  visitAll(sourceCells_);
  visitAll(exchangeCells_);
}

std::int64_t LiveGraph::sourceWaits() const {
  std::int64_t waits = 0;
  for (const auto& source : credits_) {
    for (const auto& credits : source) waits += credits->waits();
  }
  return waits;
}

std::string LiveGraph::runningNow() {
  std::map<const OperatorInfo*, std::string> names;
  for (const Plan::Stream& stream : plan_.streams)
    names[stream.node->info().get()] = stream.node->info()->describe();
  for (const Plan::Sink& sink : plan_.sinks) {
    if (sink.target) names[sink.target->info().get()] = sink.target->info()->describe();
    if (sink.output) names[sink.output->info().get()] = sink.output->info()->describe();
  }
  std::string text;
  forEachCell([&](PipelineCell& cell, int number) {
    auto name = names.find(cell.runs());
    if (name == names.end()) return;
    text += (text.empty() ? "" : ", ") + name->second + " in partition " + std::to_string(number);
  });
  return text;
}

int LiveGraph::cellsOf(const Plan::Source& source) const {
  const PolledSource* polled = source.input->polled();
  return polled != nullptr ? polled->partitions() : cellsPerSource_;
}

int LiveGraph::cellCount() const {
  int cells = 0;
  for (const Plan::Source& source : plan_.sources) cells += cellsOf(source);
  for (const Plan::Exchange& exchange : plan_.exchanges) cells += exchange.flow.outputs;
  return cells;
}

void LiveGraph::feed(std::size_t source, int partition, BlockPtr block, const std::stop_token& stop) {
  const auto cell = static_cast<std::size_t>(partition);
  auto credit = credits_[source][cell]->take(block->bytes(), stop);
  if (credit)
    sourceCells_[source][cell]->post(
        Mail{Mail::kCurrent, partition, std::move(block), nullptr, std::move(credit)});
}

void LiveGraph::feed(std::size_t source, const NodePtr& rdd, Epoch epoch) {
  auto& cells = sourceCells_[source];
  for (int partition = 0; partition < rdd->partitions(); ++partition)
    cells[static_cast<std::size_t>(partition) % cells.size()]->post(
        Mail{epoch, partition, nullptr, rdd, nullptr});
}

void LiveGraph::mark(std::size_t source, Epoch epoch, int partitions) {
  for (auto& cell : sourceCells_[source]) cell->post(Mail{epoch, partitions, nullptr, nullptr, nullptr});
}

void LiveGraph::feedPart(std::size_t source, const NodePtr& part, int first) {
  auto& cells = sourceCells_[source];
  for (int number = first; number < first + part->partitions(); ++number)
    cells[static_cast<std::size_t>(number) % cells.size()]->post(
        Mail{Mail::kCurrent, number, nullptr, part, nullptr, nullptr, first});
}

void LiveGraph::markParts(std::size_t source, Epoch epoch, std::vector<int> places) {
  const auto shared = std::make_shared<const std::vector<int>>(std::move(places));
  for (auto& cell : sourceCells_[source])
    cell->post(Mail{epoch, static_cast<int>(shared->size()), nullptr, nullptr, nullptr, nullptr, 0, shared});
}

void LiveGraph::markPartition(std::size_t source, int partition, Epoch epoch, const PositionRange& covered) {
  auto& cells = sourceCells_[source];
  cells[static_cast<std::size_t>(partition)]->post(Mail{epoch, static_cast<int>(cells.size()), nullptr,
                                                        nullptr, nullptr,
                                                        std::make_shared<const PositionRange>(covered)});
}

void LiveGraph::fail(std::exception_ptr failure, int partition, Epoch epoch) {
  if (!endBecauseOf(failure)) return;
  try {
    std::rethrow_exception(failure);
  } catch (const TaskFailure&) {
    failed_(failure, epoch);
  } catch (const OperatorFailure& named) {
    failed_(std::make_exception_ptr(TaskFailure(named.operatorName(), partition, named.cause())), epoch);
  } catch (...) {
    failed_(std::make_exception_ptr(TaskFailure({}, partition, failure)), epoch);
  }
}

}  // namespace millrace::core
