#include <millrace/io/store/state_view.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

StateView::StateView(const FileSystem& files, const std::string& directory, std::vector<StateFile> states) {
  for (StateFile& state : states) {
    std::string path = directory + "/" + fileName("state", state.id);
    if (!files.exists(path))
      throw DamagedFile(path, 0, "the manifest needs this file, and it is missing; restore the directory");
    std::shared_ptr<const ReadableFile> file = files.openForReading(path);
    const FrameReader header(file, path, kStateFile);
    if (file->size() != state.bytes)
      header.fail(std::min(file->size(), state.bytes),
                  "it has " + std::to_string(file->size()) + " bytes and was written with " +
                      std::to_string(state.bytes) + "; restore the file");
    files_.push_back({std::move(state), std::move(path), std::move(file)});
  }
}

std::set<std::string> StateView::operators() const {
  std::set<std::string> names;
  for (const OpenFile& file : files_)
    for (const StateRun& run : file.state.runs) names.insert(run.operatorName);
  return names;
}

std::unique_ptr<StateEntries> StateView::entries(std::string_view operatorName) const {
  std::vector<std::unique_ptr<StateEntries>> runs;
  for (const auto& [file, run] : runsOf(operatorName)) runs.push_back(readRun(file->file, file->path, *run));
  return mergeRuns(std::move(runs));
}

bool StateView::isWhole(std::string_view operatorName) const {
  const auto runs = runsOf(operatorName);
  return !runs.empty() && runs.front().second->isWhole;
}

std::vector<std::pair<const StateView::OpenFile*, const StateRun*>> StateView::runsOf(
    std::string_view operatorName) const {
  std::vector<std::pair<const OpenFile*, const StateRun*>> runs;
  for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
    bool isWhole = false;
    for (auto run = file->state.runs.rbegin(); run != file->state.runs.rend(); ++run) {
      if (run->operatorName != operatorName) continue;
      runs.emplace_back(&*file, &*run);
      isWhole = run->isWhole;
    }
    if (isWhole) break;
  }
  std::ranges::reverse(runs);
  return runs;
}

}  // namespace millrace::core
