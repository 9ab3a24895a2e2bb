#include <millrace/continuous/line.hpp>
#include <millrace/continuous/live_graph.hpp>
#include <millrace/rdd/core/operator_info.hpp>
#include <millrace/rdd/core/task.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

namespace millrace::core {

/// Some partitions of a source: one line for each partition and open epoch.
class SourceCell final : public Cell {
 public:
  SourceCell(LiveGraph& graph, std::size_t source, int number, int cells)
      : Cell(*graph.pool_), graph_(graph), source_(source), number_(number), cells_(cells) {}

 protected:
  void receive(Mail mail) noexcept override {
    if (graph_.hasFailed()) return;
    if (mail.epoch == Mail::kCurrent) mail.epoch = current_;
    try {
      if (mail.isMarker()) {
        close(mail.epoch, mail.partition);
      } else {
        TaskContext::Scope scope(mail.partition);
        line(mail.epoch, mail.partition).put(mail.block ? openBlock(mail.block) : mail.rdd->read(mail.partition));
      }
    } catch (...) {
      graph_.fail(std::current_exception(), mail.partition, mail.epoch);
    }
  }

 private:
  Line& line(Epoch epoch, int partition) {
    auto& place = lines_[{epoch, partition}];
    if (!place) place = std::make_unique<Line>(graph_.plan(), source_, partition, epoch);
    return *place;
  }

  void close(Epoch epoch, int partitions) {
    for (int partition = number_; partition < partitions; partition += cells_) {
      TaskContext::Scope scope(partition);
      line(epoch, partition).close(graph_.epochs());
      lines_.erase({epoch, partition});
    }
    current_ = epoch + 1;
    graph_.epochs().cellClosed(epoch);
  }

  LiveGraph& graph_;
  const std::size_t source_;
  const int number_;
  const int cells_;
  Epoch current_ = 0;
  std::map<std::pair<Epoch, int>, std::unique_ptr<Line>> lines_;
};

/// How many blocks of one source are on their way.
class LiveGraph::Credits : public std::enable_shared_from_this<LiveGraph::Credits> {
 public:
  /// Null if `stop` was requested first.
  std::shared_ptr<void> take(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return out_ < kMost; })) return nullptr;
    ++out_;
    return std::shared_ptr<void>(this, [self = shared_from_this()](void*) { self->giveBack(); });
  }

 private:
  static constexpr int kMost = 2;

  void giveBack() {
    std::lock_guard lock(mutex_);
    --out_;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  int out_ = 0;
};

LiveGraph::LiveGraph(Plan plan, std::unique_ptr<TaskPool> pool, int cellsPerSource, Epochs::Closed closed,
                     Failed failed)
    : plan_(std::move(plan)),
      failed_(std::move(failed)),
      epochs_(plan_.points.size(), static_cast<int>(plan_.sources.size()) * cellsPerSource, std::move(closed)),
      pool_(std::move(pool)) {
  for (std::size_t source = 0; source < plan_.sources.size(); ++source) {
    credits_.push_back(std::make_shared<Credits>());
    auto& cells = cells_.emplace_back();
    for (int i = 0; i < cellsPerSource; ++i)
      cells.push_back(std::make_unique<SourceCell>(*this, source, i, cellsPerSource));
  }
}

LiveGraph::~LiveGraph() { epochs_.stop(); }

void LiveGraph::feed(std::size_t source, BlockPtr block, std::stop_token stop) {
  auto credit = credits_[source]->take(stop);
  if (!credit) return;
  cells_[source][0]->post(Mail{Mail::kCurrent, 0, std::move(block), nullptr, std::move(credit)});
}

void LiveGraph::feed(std::size_t source, const NodePtr& rdd, Epoch epoch) {
  auto& cells = cells_[source];
  for (int partition = 0; partition < rdd->partitions(); ++partition)
    cells[static_cast<std::size_t>(partition) % cells.size()]->post(Mail{epoch, partition, nullptr, rdd, nullptr});
}

void LiveGraph::mark(std::size_t source, Epoch epoch, int partitions) {
  for (auto& cell : cells_[source]) cell->post(Mail{epoch, partitions, nullptr, nullptr, nullptr});
}

void LiveGraph::fail(std::exception_ptr failure, int partition, Epoch epoch) {
  if (hasFailed_.exchange(true)) return;
  epochs_.stop();
  try {
    std::rethrow_exception(failure);
  } catch (const OperatorFailure& named) {
    failed_(std::make_exception_ptr(TaskFailure(named.operatorName(), partition, named.cause())), epoch);
  } catch (...) {
    failed_(std::make_exception_ptr(TaskFailure({}, partition, failure)), epoch);
  }
}

}  // namespace millrace::core
