#include <millrace/continuous/epoch_rdds.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <utility>

namespace millrace::core {

namespace {

enum class Presence { kHasRdd, kHasNone, kLacksParent };

/// By stream of the plan.
std::vector<Presence> presences(const Plan& plan, const std::set<std::size_t>& absentSources) {
  std::vector<Presence> all(plan.streams.size(), Presence::kHasRdd);
  for (std::size_t source : absentSources) all[plan.sources[source].stream] = Presence::kHasNone;
  for (std::size_t i = 0; i < plan.streams.size(); ++i) {
    if (all[i] == Presence::kHasRdd) continue;
    for (const Plan::Branch& branch : plan.streams[i].branches)
      all[branch.to] = branch.step ? all[i] : Presence::kLacksParent;
    for (std::size_t exchange : plan.streams[i].exchanges) {
      bool takesNothing = plan.exchanges[exchange].flow.state && all[i] == Presence::kHasNone;
      if (!takesNothing) all[plan.exchanges[exchange].to] = Presence::kLacksParent;
    }
  }
  return all;
}

NodePtr rddOf(const Plan::Sink& sink, SinkPartitions& partitions) {
  const EnginePtr engine = sink.target->engine();
  if (!sink.spec) {
    std::vector<BlockPtr> blocks;
    for (auto& [path, partition] : partitions) blocks.push_back(std::move(partition.block));
    return blockNode(engine, sink.target->info(), std::move(blocks));
  }
  std::vector<std::vector<ShuffleFilePtr>> tasks;
  for (auto& [path, partition] : partitions) tasks.push_back(std::move(partition.files));
  return writtenShuffleNode(engine, sink.target->info(), sink.spec, sink.partitioner, std::move(tasks));
}

/// Records of a writer have gone already: the writer's stream gets an RDD without partitions, so that the output makes a
/// job, which says how the writer fared.
void give(const Plan::Stream& stream, const Plan::Sink& sink, Time time, SinkPartitions& partitions) {
  if (sink.target) return sink.target->setRdd(time, rddOf(sink, partitions));
  if (!stream.node->isKnown(time))
    stream.node->setRdd(time, blockNode(stream.node->engine(), stream.node->info(), {}));
}

}  // namespace

void setWriterFailures(const Plan& plan, Time time, const std::vector<SinkPartitions>& sinks) {
  for (std::size_t sink = 0; sink < sinks.size(); ++sink) {
    for (const auto& [path, partition] : sinks[sink]) {
      if (partition.failure) plan.sinks[sink].output->setFailure(time, partition.failure);
    }
  }
}

void setEpochRdds(const Plan& plan, Time time, const std::set<std::size_t>& absentSources,
                  std::vector<SinkPartitions> sinks) {
  std::vector<Presence> presence = presences(plan, absentSources);
  for (std::size_t i = 0; i < plan.streams.size(); ++i) {
    const Plan::Stream& stream = plan.streams[i];
    if (presence[i] == Presence::kHasNone) stream.node->setRdd(time, nullptr);
    if (presence[i] != Presence::kHasRdd) continue;
    for (std::size_t sink : stream.sinks) give(stream, plan.sinks[sink], time, sinks[sink]);
  }
  for (const Plan::Exchange& exchange : plan.exchanges) {
    for (std::size_t sink : exchange.snapshots)
      plan.sinks[sink].target->setRdd(time, rddOf(plan.sinks[sink], sinks[sink]));
  }
}

}  // namespace millrace::core
