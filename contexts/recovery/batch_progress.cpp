#include <millrace/contexts/recovery/batch_progress.hpp>

#include <algorithm>

namespace millrace::core {

void BatchProgress::begin(Time time) { batches_.emplace(time, State::kRunning); }

void BatchProgress::end(Time time, bool succeeded) {
  const auto batch = batches_.find(time);
  if (batch != batches_.end()) batch->second = succeeded ? State::kDone : State::kFailed;
}

std::optional<Time> BatchProgress::advance() {
  std::optional<Time> newest;
  while (!batches_.empty() && batches_.begin()->second == State::kDone) {
    newest = batches_.begin()->first;
    batches_.erase(batches_.begin());
  }
  return newest;
}

std::optional<Time> BatchProgress::oldest(State state) const {
  const auto found = std::ranges::find_if(batches_, [&](const auto& batch) { return batch.second == state; });
  return found == batches_.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace millrace::core
