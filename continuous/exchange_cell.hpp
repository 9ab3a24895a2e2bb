#pragma once

#include <millrace/continuous/pipeline_cell.hpp>
#include <millrace/dstream/state/keyed_states.hpp>
#include <millrace/rdd/core/memory/live_memory.hpp>

#include <map>
#include <optional>
#include <vector>

namespace millrace::core {

/// One partition behind an exchange: records come to it from many cells, and its state, if the exchange has one, turns
/// them into what the pipeline gets. It closes an epoch when the markers of all these cells have come. A state takes no
/// record of a later epoch before that: what comes early waits.
class ExchangeCell final : public PipelineCell {
 public:
  ExchangeCell(const CellContext& graph, const Plan::Exchange& exchange, int partition);

  /// So many further cells send records to this one. Before the first record.
  void addSenders(int senders) { senders_ += senders; }

 protected:
  void take(Mail& mail) override;

 private:
  void process(Mail& mail);
  void close(Epoch epoch);
  /// At the end of an epoch: states that have been idle for too long go, and the others are counted and shown, and cut if it is time.
  void closeState(Epoch epoch);
  void cutState(Epoch epoch, Time time);
  const StreamNode& stream() const;
  BlockPtr update(Epoch epoch, const BlockPtr& records, bool sweep);

  const Plan::Exchange& exchange_;
  StateTables* const state_;        // null without state
  std::optional<LiveShare> share_;  // of that, what this partition takes
  const int partition_;
  int senders_ = 0;
  Epoch current_ = 0;
  Time closed_;  // the time of the newest closed epoch
  std::map<Epoch, int> markers_;
  std::vector<Mail> early_;
};

}  // namespace millrace::core
