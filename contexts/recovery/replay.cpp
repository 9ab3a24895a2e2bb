#include <millrace/base/log.hpp>
#include <millrace/contexts/recovery/replay.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace millrace::core {

namespace {

std::vector<RecoverableOperator> sourcesOf(const LoggedBatch& batch) {
  std::map<int, RecoverableOperator> byId;
  for (const LoggedInput& input : batch.inputs) byId.emplace(input.source.id, input.source);
  std::vector<RecoverableOperator> sources;
  for (auto& [id, source] : byId) sources.push_back(std::move(source));
  return sources;
}

void replay(const LoggedBatch& batch, InputNode& source, const ProgramMatch& match) {
  bool hasOwn = false;
  for (const LoggedInput& input : batch.inputs) {
    const auto own = match.runningIds.find(input.source.id);
    if (own == match.runningIds.end() || own->second != source.info()->id) continue;
    hasOwn = hasOwn || input.time == batch.time;
    if (batch.isSkipped) {
      source.skip(input.time, input.bytes);
    } else {
      source.replay(input.time, input.bytes);
    }
  }
  if (!hasOwn) source.replay(batch.time, {});
}

}  // namespace

std::vector<std::string> replay(const std::vector<LoggedBatch>& batches,
                                const std::vector<RecoverableOperator>& running,
                                const std::vector<InputPtr>& sources) {
  std::vector<ProgramMatch> matches;
  std::set<std::string> problems, dropped;
  for (const LoggedBatch& batch : batches) {
    const ProgramMatch& match = matches.emplace_back(matchProgram(sourcesOf(batch), running));
    problems.insert(match.problems.begin(), match.problems.end());
    for (const RecoverableOperator& source : sourcesOf(batch)) {
      const auto own = match.runningIds.find(source.id);
      if (own == match.runningIds.end() ||
          std::ranges::none_of(sources, [&](const InputPtr& one) { return one->info()->id == own->second; }))
        dropped.insert(source.describe());
    }
  }
  if (!problems.empty()) return {problems.begin(), problems.end()};
  for (const std::string& source : dropped)
    logWarning("batches run again without what a source had: the program cannot read it again",
               {{"source", source}});
  for (std::size_t i = 0; i < batches.size(); ++i) {
    for (const InputPtr& source : sources) replay(batches[i], *source, matches[i]);
  }
  return {};
}

}  // namespace millrace::core
