#include <millrace/dstream/state/table_cut.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

#include <cstddef>
#include <numeric>
#include <utility>

namespace millrace::core {

TableCut::TableCut(EnginePtr engine, OperatorPtr info, std::shared_ptr<MovingState> state, int partitions)
    : engine_(std::move(engine)),
      info_(std::move(info)),
      state_(std::move(state)),
      has_(static_cast<std::size_t>(partitions)),
      changes_(has_.size()) {}

void TableCut::take() {
  if (isTaken_) return;
  std::vector<int> partitions(has_.size());
  std::iota(partitions.begin(), partitions.end(), 0);
  engine_->runTasks(*info_, partitions, [&](int partition) {
    const auto i = static_cast<std::size_t>(partition);
    if (has_[i] != 0) return;
    changes_[i] = state_->tables->takeChanges(partition);
    has_[i] = 1;
  });
  isTaken_ = true;
}

}  // namespace millrace::core
