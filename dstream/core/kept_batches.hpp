#pragma once

#include <millrace/dstream/core/batch_form.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/io/store/state_delta.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace millrace::core {

/// The batches that a window needs to go on after a restart: those it still shows, which leave it some day, and those that
/// have not entered it yet. Each of them is kept once, in the first cut after it was made, and dropped in the first one after
/// it has left: so a cut costs what the newest batches hold, however long the window is.
class KeptBatches {
 public:
  explicit KeptBatches(std::shared_ptr<const BatchForm> form) : form_(std::move(form)) {}

  const BatchForm& form() const { return *form_; }
  /// Given the batches that are needed as of a cut, gives what takes the changes since the cut before, null if there are none.
  /// That runs the tasks in which the new batches are made, and throws what their inputs throw; it can be called again then.
  std::function<StateDeltaPtr()> changesTo(const std::map<Time, NodePtr>& needed);

  /// Takes over an entry that was kept.
  void put(std::string_view key, std::string_view value);
  /// The batches that were taken over, by partition.
  std::map<Time, std::vector<BlockPtr>> takeRestored();

 private:
  const std::shared_ptr<const BatchForm> form_;
  bool isCut_ = false;
  std::map<Time, int> kept_;  // the number of partitions of those that the last cut has, or an earlier one
  std::map<Time, std::vector<std::shared_ptr<Block>>> restored_;
};

}  // namespace millrace::core
