#include <millrace/contexts/scheduler/epoch_sources.hpp>
#include <millrace/contexts/scheduler/input_infos.hpp>
#include <millrace/dstream/core/polled_source.hpp>

#include <utility>

namespace millrace::core {

/// Where the pumps of one source send what they bring.
class EpochSources::Polled final : public PumpSink {
 public:
  Polled(LiveGraph& graph, std::weak_ptr<const void> owner, std::size_t source, std::stop_token stop)
      : graph_(graph), owner_(std::move(owner)), source_(source), stop_(std::move(stop)) {}

  void onBlock(int partition, BlockPtr block) override {
    if (auto alive = owner_.lock()) graph_.feed(source_, partition, std::move(block), stop_);
  }
  void onMark(int partition, Epoch epoch, const PositionRange& covered) override {
    if (auto alive = owner_.lock()) graph_.markPartition(source_, partition, epoch, covered);
  }

 private:
  LiveGraph& graph_;
  const std::weak_ptr<const void> owner_;
  const std::size_t source_;
  const std::stop_token stop_;
};

EpochSources::EpochSources(LiveGraph& graph, const std::weak_ptr<const void>& owner) : graph_(graph) {
  const auto& sources = graph.plan().sources;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    InputNode& input = *sources[source].input;
    if (PolledSource* polled = input.polled()) {
      polled->forwardTo(std::make_shared<Polled>(graph, owner, source, receiving_.get_token()));
    } else if (EagerSource* eager = input.eager()) {
      eager->forwardTo([&graph, owner, source](const NodePtr& part, int first) {
        if (auto alive = owner.lock()) graph.feedPart(source, part, first);
      });
    } else if (input.isLive()) {
      receivers_[input.inputId()] = source;
    }
  }
}

void EpochSources::feed(int inputStreamId, BlockPtr block) {
  auto source = receivers_.find(inputStreamId);
  if (source != receivers_.end()) graph_.feed(source->second, 0, std::move(block), receiving_.get_token());
}

void EpochSources::stopReceiving() { receiving_.request_stop(); }

EpochSources::Rdds EpochSources::rddsOf(Time time) const {
  const auto& sources = graph_.plan().sources;
  Rdds rdds;
  rdds.bySource.resize(sources.size());
  for (const Plan::Source& source : sources) {
    try {
      if (PolledSource* polled = source.input->polled()) polled->sendAgain(time);
    } catch (...) {
      rdds.failure = std::current_exception();
    }
  }
  for (std::size_t source = 0; source < sources.size(); ++source) {
    EagerSource* eager = sources[source].input->eager();
    if (eager == nullptr) continue;
    auto& end = rdds.ended.emplace(source, eager->endEpoch(time)).first->second;
    if (end.failure) rdds.failure = end.failure;
  }
  try {
    for (std::size_t source = 0; source < sources.size() && !rdds.failure; ++source) {
      if (sources[source].input->isLive() || rdds.ended.contains(source)) continue;
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

void EpochSources::send(Epoch epoch, Rdds rdds) {
  const auto& sources = graph_.plan().sources;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    if (PolledSource* polled = sources[source].input->polled()) {
      polled->requestMarks(epoch);
      continue;
    }
    if (auto ended = rdds.ended.find(source); ended != rdds.ended.end()) {
      graph_.markParts(source, epoch, std::move(ended->second.places));
      continue;
    }
    const NodePtr& rdd = rdds.bySource[source];
    if (rdd) graph_.feed(source, rdd, epoch);
    int partitions = sources[source].input->isLive() ? 1 : rdd ? rdd->partitions() : 0;
    graph_.mark(source, epoch, partitions);
  }
}

std::map<int, StreamInputInfo> EpochSources::inputsOf(Time time, const EpochResult& result) const {
  std::map<int, StreamInputInfo> infos;
  const auto& sources = graph_.plan().sources;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    PolledSource* polled = sources[source].input->polled();
    if (polled == nullptr) continue;
    std::vector<PositionRange> positions;
    for (const auto& [partition, covered] : result.positions.at(source)) positions.push_back(covered);
    polled->setPositions(time, std::move(positions));
  }
  for (std::size_t source = 0; source < sources.size(); ++source) {
    const InputPtr& input = sources[source].input;
    const std::int64_t records = input->isLive() ? result.received.at(source) : input->recordsOf(time);
    addInputInfo(*input, time, records, infos);
  }
  return infos;
}

}  // namespace millrace::core
