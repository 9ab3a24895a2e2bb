#include <millrace/continuous/live_graph.hpp>
#include <millrace/continuous/pipeline.hpp>
#include <millrace/dstream/state/keyed_states.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/activity.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

namespace millrace::core {

namespace {

std::size_t chunkSizeOf(const Plan& plan) {
  return plan.sources.empty() ? kChunkSize : plan.sources[0].input->engine()->chunkSize();
}

}  // namespace

/// A cell that runs pipelines: some partitions of a stream, one pipeline for each of them and each open epoch.
class LiveGraph::PipelineCell : public Cell, public PipelineExit {
 public:
  PipelineCell(LiveGraph& graph, std::size_t stream)
      : Cell(*graph.pool_), graph_(graph), stream_(stream), next_(graph.plan_.exchangesFrom(stream)) {}

  /// The operator that runs in this cell at this moment; compare it only.
  const OperatorInfo* runs() const { return activity_.now(); }

 protected:
  virtual void take(Mail& mail) = 0;

  void receive(Mail mail) noexcept final {
    if (graph_.isOver_) return abandonPipelines();
    Activity::Reported reported(activity_);
    try {
      TaskContext::Scope scope(mail.partition);
      ChunkSizeScope chunks(graph_.chunkSize_);
      take(mail);
      scope.succeed();
    } catch (...) {
      graph_.fail(std::current_exception(), mail.partition, mail.epoch);
    }
    credit_.reset();
  }

  void abandonPipelines() noexcept {
    for (auto& [place, pipeline] : pipelines_) pipeline->abandon(graph_.reason_);
    pipelines_.clear();
  }

  void put(Epoch epoch, int partition, ReaderPtr records, std::shared_ptr<void> credit) {
    credit_ = std::move(credit);
    sending_ = epoch;
    pipeline(epoch, partition).put(std::move(records));
  }
  void closePipeline(Epoch epoch, int partition) {
    pipeline(epoch, partition).close(graph_.epochs_);
    pipelines_.erase({epoch, partition});
  }
  /// All pipelines of the epoch are closed: whoever gets records from here is told, once for each cell.
  void closeEpoch(Epoch epoch) {
    for (std::size_t exchange : next_) {
      for (auto& cell : graph_.exchangeCells_[exchange])
        cell->post(Mail{epoch, 0, nullptr, nullptr, nullptr});
    }
    graph_.epochs_.cellClosed(epoch);
  }

  LiveGraph& graph_;

 private:
  Pipeline& pipeline(Epoch epoch, int partition) {
    auto& place = pipelines_[{epoch, partition}];
    if (!place) place = std::make_unique<Pipeline>(graph_.plan_, stream_, partition, epoch, *this);
    return *place;
  }

  void send(std::size_t exchange, int output, BlockPtr records) override {
    auto& cell = graph_.exchangeCells_[exchange][static_cast<std::size_t>(output)];
    cell->post(Mail{sending_, output, std::move(records), nullptr, credit_});
  }

  const std::size_t stream_;
  const std::vector<std::size_t> next_;
  bool isOver() const override { return graph_.isOver_; }

  std::map<std::pair<Epoch, int>, std::unique_ptr<Pipeline>> pipelines_;
  std::shared_ptr<void> credit_;
  Epoch sending_ = 0;
  Activity activity_;
};

/// Some partitions of a source: every `cells`-th, beginning with `number`.
class LiveGraph::SourceCell final : public PipelineCell {
 public:
  SourceCell(LiveGraph& graph, std::size_t source, int number, int cells)
      : PipelineCell(graph, graph.plan_.sources[source].stream),
        source_(source),
        number_(number),
        cells_(cells) {}

 protected:
  void take(Mail& mail) override {
    if (mail.epoch == Mail::kCurrent) mail.epoch = current_;
    if (!mail.isMarker()) {
      if (mail.block) received_ += static_cast<std::int64_t>(mail.block->records());
      auto records = mail.block ? openBlock(mail.block) : mail.rdd->read(mail.partition);
      put(mail.epoch, mail.partition, std::move(records), std::move(mail.credit));
      return;
    }
    for (int partition = number_; partition < mail.partition; partition += cells_)
      closePipeline(mail.epoch, partition);
    graph_.epochs_.addReceived(mail.epoch, source_, std::exchange(received_, 0));
    current_ = mail.epoch + 1;
    closeEpoch(mail.epoch);
  }

 private:
  const std::size_t source_;
  const int number_;
  const int cells_;
  Epoch current_ = 0;
  std::int64_t received_ = 0;
};

/// One partition behind an exchange. It has closed an epoch when all its senders have; a state takes no record of a later
/// epoch before that.
class LiveGraph::ExchangeCell final : public PipelineCell {
 public:
  ExchangeCell(LiveGraph& graph, const Plan::Exchange& exchange, int partition)
      : PipelineCell(graph, exchange.to),
        exchange_(exchange),
        state_(exchange.flow.state.get()),
        partition_(partition) {}

  void addSenders(int senders) { senders_ += senders; }

 protected:
  void take(Mail& mail) override {
    if (mail.isMarker()) {
      if (++markers_[mail.epoch] == senders_) close(mail.epoch);
    } else if (state_ != nullptr && mail.epoch > current_) {
      early_.push_back(std::move(mail));
    } else {
      process(mail);
    }
  }

 private:
  void process(Mail& mail) {
    BlockPtr records = std::move(mail.block);
    if (state_) records = update(mail.epoch, records, false);
    put(mail.epoch, partition_, openBlock(std::move(records)), std::move(mail.credit));
  }

  void close(Epoch epoch) {
    markers_.erase(epoch);
    if (state_) {
      std::int64_t sinceZero = (graph_.epochs_.timeOf(epoch) - graph_.zeroTime_).milliseconds();
      if (sinceZero % exchange_.flow.sweepMs == 0)
        put(epoch, partition_, openBlock(update(epoch, nullptr, true)), nullptr);
      for (std::size_t sink : exchange_.snapshots)
        graph_.epochs_.add(epoch, sink, PartitionPath{{}, partition_},
                           SinkPartition{state_->table(partition_), {}});
    }
    closePipeline(epoch, partition_);
    current_ = epoch + 1;
    closeEpoch(epoch);
    std::vector<Mail> waiting = std::exchange(early_, {});
    for (Mail& mail : waiting) take(mail);
  }

  BlockPtr update(Epoch epoch, const BlockPtr& records, bool sweep) {
    const OperatorPtr& info = graph_.plan_.streams[exchange_.to].node->info();
    return inOperator(
        info, [&] { return state_->update(partition_, graph_.epochs_.timeOf(epoch), records, sweep); });
  }

  const Plan::Exchange& exchange_;
  StateTables* const state_;
  const int partition_;
  int senders_ = 0;
  Epoch current_ = 0;
  std::map<Epoch, int> markers_;
  std::vector<Mail> early_;
};

/// How many blocks of one source are on their way.
class LiveGraph::Credits : public std::enable_shared_from_this<LiveGraph::Credits> {
 public:
  /// Null if `stop` was requested first.
  std::shared_ptr<void> take(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (out_ >= kMost && !changed_.wait(lock, stop, [&] { return out_ < kMost; })) return nullptr;
    ++out_;
    return std::shared_ptr<void>(this, [self = shared_from_this()](void*) { self->giveBack(); });
  }

 private:
  static constexpr int kMost = 2;

  void giveBack() {
    {
      std::lock_guard lock(mutex_);
      --out_;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  int out_ = 0;
};

LiveGraph::LiveGraph(Plan plan, std::unique_ptr<TaskPool> pool, int cellsPerSource, Time zeroTime,
                     Duration epochLength, Epochs::Closed closed, Failed failed)
    : plan_(std::move(plan)),
      cellsPerSource_(cellsPerSource),
      chunkSize_(chunkSizeOf(plan_)),
      zeroTime_(zeroTime),
      failed_(std::move(failed)),
      epochs_(plan_.sinks.size(), cellCount(), zeroTime, epochLength, std::move(closed)),
      pool_(std::move(pool)) {
  for (const Plan::Exchange& exchange : plan_.exchanges) {
    auto& cells = exchangeCells_.emplace_back();
    for (int i = 0; i < exchange.flow.outputs; ++i)
      cells.push_back(std::make_unique<ExchangeCell>(*this, exchange, i));
  }
  auto connect = [&](std::size_t stream, int senders) {
    for (std::size_t exchange : plan_.exchangesFrom(stream)) {
      for (auto& cell : exchangeCells_[exchange]) static_cast<ExchangeCell&>(*cell).addSenders(senders);
    }
  };
  for (const Plan::Exchange& exchange : plan_.exchanges) connect(exchange.to, exchange.flow.outputs);
  for (std::size_t source = 0; source < plan_.sources.size(); ++source) {
    credits_.push_back(std::make_shared<Credits>());
    auto& cells = sourceCells_.emplace_back();
    for (int i = 0; i < cellsPerSource_; ++i)
      cells.push_back(std::make_unique<SourceCell>(*this, source, i, cellsPerSource_));
    connect(plan_.sources[source].stream, cellsPerSource_);
  }
}

LiveGraph::~LiveGraph() { end(); }

void LiveGraph::end() {
  over(std::make_exception_ptr(SparkException("the run was stopped before the epoch had ended")));
}

bool LiveGraph::over(std::exception_ptr reason) {
  {
    std::lock_guard lock(ending_);
    if (isOver_) return false;
    reason_ = std::move(reason);
    isOver_ = true;
  }
  epochs_.stop();
  forEachCell([](PipelineCell& cell, int) { cell.post(Mail{0, 0, nullptr, nullptr, nullptr}); });
  return true;
}

template <class Visit>
void LiveGraph::forEachCell(Visit visit) {
  for (auto* all : {&sourceCells_, &exchangeCells_}) {
    for (auto& cells : *all) {
      for (std::size_t i = 0; i < cells.size(); ++i)
        visit(static_cast<PipelineCell&>(*cells[i]), static_cast<int>(i));
    }
  }
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

int LiveGraph::cellCount() const {
  int cells = static_cast<int>(plan_.sources.size()) * cellsPerSource_;
  for (const Plan::Exchange& exchange : plan_.exchanges) cells += exchange.flow.outputs;
  return cells;
}

void LiveGraph::feed(std::size_t source, BlockPtr block, std::stop_token stop) {
  auto credit = credits_[source]->take(stop);
  if (credit)
    sourceCells_[source][0]->post(Mail{Mail::kCurrent, 0, std::move(block), nullptr, std::move(credit)});
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

void LiveGraph::fail(std::exception_ptr failure, int partition, Epoch epoch) {
  if (!over(failure)) return;
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
