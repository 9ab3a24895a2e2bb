#include <millrace/io/store/delta_runs.hpp>
#include <millrace/io/store/key_hash.hpp>

#include <algorithm>

namespace millrace::core {

void DeltaRuns::take(std::string_view key, std::string_view value, bool isRemoved) {
  changes_.push_back({keyHash(key), bytes_.size(), key.size(), value.size(), partition_, isRemoved});
  bytes_.append(key).append(value);
  if (bytes_.size() + changes_.size() * sizeof(Change) >= limit_) writeRun();
}

void DeltaRuns::finish() {
  if (!changes_.empty() || (isWhole_ && !wroteRun_)) writeRun();
}

void DeltaRuns::writeRun() {
  // By the place in bytes_ last, so that of one key's changes the newest is the last.
  std::ranges::sort(changes_, [this](const Change& a, const Change& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const int order = keyOf(a).compare(keyOf(b));
    return order != 0 ? order < 0 : &a != &b && a.at < b.at;
  });
  file_.beginRun(operatorName_, isWhole_);
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Change& change = changes_[i];
    if (i + 1 < changes_.size() && change.hash == changes_[i + 1].hash &&
        keyOf(change) == keyOf(changes_[i + 1]))
      continue;
    StateEntry entry{change.hash, keyOf(change), std::nullopt, change.partition};
    if (!change.isRemoved)
      entry.value = std::string_view(bytes_).substr(change.at + change.keySize, change.valueSize);
    file_.add(entry);
  }
  file_.endRun();
  wroteRun_ = true;
  changes_.clear();
  bytes_.clear();
}

}  // namespace millrace::core
