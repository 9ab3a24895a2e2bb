#include <millrace/contexts/scheduler/epoch_sources.hpp>
#include <millrace/contexts/scheduler/input_infos.hpp>

#include <utility>

namespace millrace::core {

EpochSources::EpochSources(LiveGraph& graph) : graph_(graph) {
  const auto& sources = graph.plan().sources;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    if (sources[source].input->isLive()) receivers_[sources[source].input->inputId()] = source;
  }
}

void EpochSources::feed(int inputStreamId, BlockPtr block) {
  auto source = receivers_.find(inputStreamId);
  if (source != receivers_.end()) graph_.feed(source->second, std::move(block), receiving_.get_token());
}

void EpochSources::stopReceiving() { receiving_.request_stop(); }

EpochSources::Rdds EpochSources::rddsOf(Time time) const {
  const auto& sources = graph_.plan().sources;
  Rdds rdds;
  rdds.bySource.resize(sources.size());
  try {
    for (std::size_t source = 0; source < sources.size(); ++source) {
      if (sources[source].input->isLive()) continue;
      NodePtr rdd = sources[source].input->rdd(time);
      if (rdd) {
        rdd->prepare();
      } else {
        rdds.absent.insert(source);
      }
      rdds.bySource[source] = std::move(rdd);
    }
  } catch (...) {
    rdds.failure = std::current_exception();
  }
  return rdds;
}

void EpochSources::send(Epoch epoch, const Rdds& rdds) {
  const auto& sources = graph_.plan().sources;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    const NodePtr& rdd = rdds.bySource[source];
    if (rdd) graph_.feed(source, rdd, epoch);
    int partitions = sources[source].input->isLive() ? 1 : rdd ? rdd->partitions() : 0;
    graph_.mark(source, epoch, partitions);
  }
}

std::map<int, StreamInputInfo> EpochSources::inputsOf(
    Time time, const std::map<std::size_t, std::int64_t>& received) const {
  std::map<int, StreamInputInfo> infos;
  const auto& sources = graph_.plan().sources;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    const InputPtr& input = sources[source].input;
    const std::int64_t records = input->isLive() ? received.at(source) : input->recordsOf(time);
    addInputInfo(*input, time, records, infos);
  }
  return infos;
}

}  // namespace millrace::core
