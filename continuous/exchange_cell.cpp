#include <millrace/continuous/exchange_cell.hpp>
#include <millrace/dstream/core/joined_delta.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <optional>
#include <utility>

namespace millrace::core {

ExchangeCell::ExchangeCell(const CellContext& graph, const Plan::Exchange& exchange, int partition)
    : PipelineCell(graph, exchange.to),
      exchange_(exchange),
      state_(exchange.flow.state.get()),
      partition_(partition),
      closed_(graph.begunAfter) {
  if (state_ != nullptr) share_.emplace(stream().engine()->liveMemory());
}

void ExchangeCell::take(Mail& mail) {
  if (mail.isMarker()) {
    if (++markers_[mail.epoch] == senders_) close(mail.epoch);
  } else if (state_ != nullptr && mail.epoch > current_) {
    early_.push_back(std::move(mail));
  } else {
    process(mail);
  }
}

void ExchangeCell::process(Mail& mail) {
  BlockPtr records = std::move(mail.block);
  if (state_ != nullptr) records = update(mail.epoch, records, false);
  put(mail.epoch, partition_, openBlock(std::move(records)), std::move(mail.credit));
}

void ExchangeCell::close(Epoch epoch) {
  markers_.erase(epoch);
  if (state_ != nullptr) closeState(epoch);
  closePipeline(epoch, partition_, partition_);
  current_ = epoch + 1;
  closeEpoch(epoch);
  std::vector<Mail> waiting = std::exchange(early_, {});
  for (Mail& mail : waiting) handle(mail);
}

void ExchangeCell::closeState(Epoch epoch) {
  Epochs& epochs = graph().epochs;
  const Time time = epochs.timeOf(epoch);
  const Time before = std::exchange(closed_, time);
  if (time.floor(Milliseconds(exchange_.flow.sweepMs), graph().zeroTime) > before)
    put(epoch, partition_, openBlock(update(epoch, nullptr, true)), nullptr);
  share_->set(stream().info(), {state_->bytes(partition_), state_->table(partition_)->records()});
  for (std::size_t sink : exchange_.snapshots)
    epochs.add(epoch, sink, PartitionPath{{}, partition_}, SinkPartition{state_->table(partition_), {}});
  if (epochs.isCut(epoch)) cutState(epoch, time);
}

void ExchangeCell::cutState(Epoch epoch, Time time) {
  std::optional<Time> movedTo;
  if (partition_ == 0) movedTo = time;
  if (StateDeltaPtr changes = joinedDelta(state_->takeChanges(partition_), nullptr, movedTo))
    graph().epochs.addState(epoch, {stream().info(), partition_, std::move(changes)});
}

const StreamNode& ExchangeCell::stream() const { return *graph().plan.streams[exchange_.to].node; }

BlockPtr ExchangeCell::update(Epoch epoch, const BlockPtr& records, bool sweep) {
  Time time = graph().epochs.timeOf(epoch);
  return inOperator(stream().info(), [&] { return state_->update(partition_, time, records, sweep); });
}

}  // namespace millrace::core
