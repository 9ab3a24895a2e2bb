#include <millrace/continuous/source_cell.hpp>

#include <utility>

namespace millrace::core {

SourceCell::SourceCell(const CellContext& graph, std::size_t source, int number, int cells)
    : PipelineCell(graph, graph.plan.sources[source].stream),
      source_(source),
      number_(number),
      cells_(cells) {}

void SourceCell::take(Mail& mail) {
  if (mail.epoch == Mail::kCurrent) mail.epoch = current_;
  if (mail.isMarker()) {
    if (mail.covered) graph().epochs.addPositions(mail.epoch, source_, number_, *mail.covered);
    close(mail.epoch, mail.partition);
  } else {
    takeRecords(mail);
  }
}

void SourceCell::takeRecords(Mail& mail) {
  if (mail.block) received_ += static_cast<std::int64_t>(mail.block->records());
  auto records = mail.block ? openBlock(mail.block) : mail.rdd->read(mail.partition);
  put(mail.epoch, mail.partition, std::move(records), std::move(mail.credit));
}

void SourceCell::close(Epoch epoch, int partitions) {
  for (int partition = number_; partition < partitions; partition += cells_) closePipeline(epoch, partition);
  graph().epochs.addReceived(epoch, source_, std::exchange(received_, 0));
  current_ = epoch + 1;
  closeEpoch(epoch);
}

}  // namespace millrace::core
