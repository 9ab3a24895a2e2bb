#include <millrace/rdd/core/shuffle/merge_ahead.hpp>

#include <iterator>
#include <utility>

namespace millrace::core {

MergeAhead::MergeAhead(const MapSide& map, int side, std::size_t tasks)
    : map_(map), side_(side), claim_(map.home->memory(), nullptr), written_(tasks) {
  for (int output = 0; output < map.outputs; ++output) merged_.mergers.push_back(map.spec.merger());
}

void MergeAhead::add(std::size_t task, MapFiles files, std::unique_ptr<MemoryClaim> claim) {
  MutexLock lock(mutex_);
  written_[task] = {std::move(files), std::move(claim)};
  if (failure_) std::rethrow_exception(failure_);
  if (merging_) return;
  merging_ = true;
  while (next_ < written_.size() && !written_[next_].files.empty()) {
    Task next = std::move(written_[next_++]);
    lock.unlock();
    std::exception_ptr failure = tryMerge(std::move(next));
    lock.lock();
    if (failure) std::rethrow_exception(failure_ = failure);
  }
  merging_ = false;
}

std::exception_ptr MergeAhead::tryMerge(Task task) noexcept {
  try {
    merge(std::move(task));
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

void MergeAhead::merge(Task task) {
  auto& [spilled, files] = task.files;
  if (!spilled.empty()) spillMerged();
  std::move(spilled.begin(), spilled.end(), std::back_inserter(merged_.spilled));
  if (files.empty()) return;
  if (!merged_.spilled.empty()) {
    merged_.spilled.push_back(spillFiles(map_, side_, std::move(files)));
    return;
  }
  std::size_t bytes = 0;
  for (std::size_t p = 0; p < files.size(); ++p) {
    ShuffleMerger& merger = *merged_.mergers[p];
    if (files[p]) merger.add(side_, std::move(files[p]));
    bytes += merger.bytes();
  }
  task.claim.reset();
  holdsMerged_ = true;
  if (map_.home->fits(claim_, bytes)) return;
  if (map_.spec.spilling() != nullptr) return spillMerged();
  claim_.set(bytes);
}

void MergeAhead::spillMerged() {
  if (!std::exchange(holdsMerged_, false)) return;
  std::vector<ShuffleFilePtr> files;
  for (auto& merger : merged_.mergers) files.push_back(map_.spec.spilling()->asFile(*merger));
  merged_.mergers.clear();
  merged_.spilled.push_back(spillFiles(map_, side_, std::move(files)));
  claim_.set(0);
}

MergeAhead::Merged MergeAhead::finish() { return std::move(merged_); }

}  // namespace millrace::core
