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
    close(mail);
  } else {
    takeRecords(mail);
  }
}

void SourceCell::takeRecords(Mail& mail) {
  if (mail.block) received_ += static_cast<std::int64_t>(mail.block->records());
  auto records = mail.block ? openBlock(mail.block) : mail.rdd->read(mail.partition - mail.first);
  put(mail.epoch, mail.partition, std::move(records), std::move(mail.credit));
}

void SourceCell::close(const Mail& marker) {
  const int partitions = marker.partition;
  for (int number = number_; number < partitions; number += cells_)
    closePipeline(marker.epoch, number,
                  marker.places ? (*marker.places)[static_cast<std::size_t>(number)] : number);
  graph().epochs.addReceived(marker.epoch, source_, std::exchange(received_, 0));
  current_ = marker.epoch + 1;
  closeEpoch(marker.epoch);
}

}  // namespace millrace::core
