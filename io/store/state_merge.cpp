#include <millrace/io/store/state_merge.hpp>
#include <millrace/io/store/state_view.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kMany = 16;
constexpr std::uint64_t kFarLarger = 3;

struct Sum {
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  void add(const StateFile& file) {
    bytes += file.bytes;
    for (const StateRun& run : file.runs) entries += run.entries;
  }
};

class Merging {
 public:
  Merging(const MergePlan& plan, const MergeTarget& target)
      : plan_(plan), target_(target), view_(target.files, target.directory, plan.inputs) {}

  void run() {
    for (const std::string& name : view_.operators())
      if (!copy(name)) return;
    finishPiece();
    for (const StateFile& input : plan_.inputs) edit_.remove.push_back(input.id);
    target_.append(edit_);
  }

 private:
  // False when it was stopped.
  bool copy(const std::string& name) {
    const bool isWhole = !plan_.makesBase && view_.isWhole(name);
    const bool keepsRemoved = !plan_.makesBase && !isWhole;
    if (isWhole) begin(name, true);
    bool begun = isWhole;
    std::uint64_t lastHash = 0;
    const auto entries = view_.entries(name);
    for (StateEntry entry; entries->next(entry);) {
      if (target_.isStopped()) return false;
      if (!entry.value && !keepsRemoved) continue;
      if (begun && plan_.makesBase && writer_->size() >= target_.pieceBytes && entry.hash != lastHash) {
        writer_->endRun();
        finishPiece();
        removeBasesUpTo(name, lastHash);
        target_.append(std::exchange(edit_, {}));
        begun = false;
      }
      if (!begun) begin(name, isWhole);
      begun = true;
      writer_->add(entry);
      lastHash = entry.hash;
    }
    if (begun) writer_->endRun();
    return true;
  }

  void begin(const std::string& name, bool isWhole) {
    if (!writer_) {
      id_ = target_.newFile();
      writer_.emplace(target_.files, target_.directory + "/" + fileName("state", id_));
    }
    writer_->beginRun(name, isWhole);
  }

  void finishPiece() {
    if (!writer_) return;
    StateFile piece{id_, plan_.inputs.back().version, writer_->size(), plan_.makesBase, writer_->runs()};
    writer_->keep();
    writer_.reset();
    edit_.states.push_back(std::move(piece));
  }

  void removeBasesUpTo(const std::string& name, std::uint64_t hash) {
    for (const StateFile& input : plan_.inputs) {
      if (!input.isBase) continue;
      const StateRun& last = input.runs.back();
      if (std::tie(last.operatorName, last.lastHash) <= std::tie(name, hash))
        edit_.remove.push_back(input.id);
    }
  }

  const MergePlan& plan_;
  const MergeTarget& target_;
  const StateView view_;
  std::optional<StateFileWriter> writer_;
  FileId id_;
  ManifestEdit edit_;
};

}  // namespace

std::optional<MergePlan> planMerge(const Manifest& manifest, std::uint64_t leastBytes) {
  if (manifest.versions.empty()) return std::nullopt;
  MergePlan all{{}, true};
  std::vector<StateFile> deltas;
  Sum base, changed;
  for (const StateFile& file : manifest.states) {
    if (file.version > manifest.versions.begin()->first) break;
    all.inputs.push_back(file);
    (file.isBase ? base : changed).add(file);
    if (!file.isBase) deltas.push_back(file);
  }
  const bool isMany = deltas.size() >= kMany;
  if (deltas.empty() || (!isMany && changed.bytes < leastBytes)) return std::nullopt;
  if (3 * changed.bytes > base.bytes || 3 * changed.entries > base.entries) return all;
  if (!isMany) return std::nullopt;
  Sum newer;
  auto first = deltas.end();
  while (first != deltas.begin() &&
         (first == deltas.end() || (first - 1)->bytes <= kFarLarger * newer.bytes)) {
    --first;
    newer.add(*first);
  }
  if (deltas.end() - first < 2) return std::nullopt;
  return MergePlan{{first, deltas.end()}, false};
}

void mergeFiles(const MergePlan& plan, const MergeTarget& target) { Merging(plan, target).run(); }

}  // namespace millrace::core
