#include <millrace/continuous/exchange_cell.hpp>
#include <millrace/continuous/pipeline_cell.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/task_context.hpp>

namespace millrace::core {

PipelineCell::PipelineCell(const CellContext& graph, std::size_t stream)
    : Cell(graph.pool), graph_(graph), stream_(stream), exchanges_(graph.plan.exchangesFrom(stream)) {}

void PipelineCell::receive(Mail mail) noexcept {
  Activity::Reported reported(activity_);
  if (isOver()) return abandonPipelines();
  ChunkSizeScope chunks(graph_.chunkSize);
  handle(mail);
}

void PipelineCell::handle(Mail& mail) noexcept {
  try {
    TaskContext::Scope scope(mail.partition);
    take(mail);
    scope.succeed();
  } catch (...) {
    graph_.fail(std::current_exception(), mail.partition, mail.epoch);
  }
  credit_.reset();
}

void PipelineCell::abandonPipelines() noexcept {
  for (auto& [place, pipeline] : pipelines_) {
    TaskContext::Scope scope(place.second);
    pipeline->abandon(graph_.end.reason());
  }
  pipelines_.clear();
}

std::int64_t CellContext::numberOf(Epoch epoch) const {
  return (epochs.beginOf(epoch) - zeroTime).milliseconds() / epochLength.milliseconds();
}

Pipeline& PipelineCell::pipeline(Epoch epoch, int partition) {
  auto& place = pipelines_[{epoch, partition}];
  if (!place)
    place = std::make_unique<Pipeline>(graph_.plan, stream_, partition, epoch, graph_.numberOf(epoch), *this);
  return *place;
}

void PipelineCell::put(Epoch epoch, int partition, ReaderPtr records, std::shared_ptr<void> credit) {
  credit_ = std::move(credit);
  sending_ = epoch;
  pipeline(epoch, partition).put(std::move(records));
}

void PipelineCell::send(std::size_t exchange, int output, BlockPtr records) {
  auto& cell = graph_.exchangeCells[exchange][static_cast<std::size_t>(output)];
  cell->post(Mail{sending_, output, std::move(records), nullptr, credit_});
}

void PipelineCell::closePipeline(Epoch epoch, int partition, int place) {
  TaskContext::Scope scope(partition);
  pipeline(epoch, partition).close(graph_.epochs, place);
  scope.succeed();
  pipelines_.erase({epoch, partition});
}

void PipelineCell::closeEpoch(Epoch epoch) {
  for (std::size_t exchange : exchanges_) {
    const ExchangeCells& cells = graph_.exchangeCells[exchange];
    for (std::size_t i = 0; i < cells.size(); ++i)
      cells[i]->post(Mail{epoch, static_cast<int>(i), nullptr, nullptr, nullptr});
  }
  graph_.epochs.cellClosed(epoch);
}

}  // namespace millrace::core
