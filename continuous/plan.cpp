#include <millrace/base/error.hpp>
#include <millrace/continuous/plan.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

namespace millrace::core {

namespace {

constexpr std::size_t kMostWays = 100'000;

class Lowering {
 public:
  explicit Lowering(const StreamGraph& graph) : graph_(graph) {}

  Plan run() {
    std::vector<StreamPtr> order = graph_.reachable();
    std::reverse(order.begin(), order.end());
    for (const StreamPtr& stream : order) place(stream);
    for (const StreamPtr& stream : order) connect(stream);
    for (const auto& output : graph_.outputs()) {
      if (output->writer() && flows(output->parent())) {
        addSink(output->parent(), {nullptr, nullptr, nullptr, output});
        output->setRunsInGraph();
      } else {
        gather(output->parent());
      }
    }
    for (const StreamPtr& stream : order) {
      if (stream->isGathered()) gather(stream);
    }
    for (const Plan::Stream& stream : plan_.streams) {
      if (!isGathered(stream)) stream.node->setPassesBy();
    }
    refuseTooManyWays();
    return std::move(plan_);
  }

 private:
  bool flows(const StreamPtr& stream) const { return places_.contains(stream.get()); }

  void place(const StreamPtr& stream) {
    bool isSource = stream->parents().empty();
    Flow flow = stream->flow();
    bool passesOn = std::holds_alternative<ByRecord>(flow) || std::holds_alternative<Concatenated>(flow) ||
                    std::holds_alternative<Exchanged>(flow);
    bool parentsFlow =
        std::ranges::all_of(stream->parents(), [&](const StreamPtr& parent) { return flows(parent); });
    if (!isSource && !(passesOn && parentsFlow)) return;
    places_.emplace(stream.get(), plan_.streams.size());
    if (isSource)
      plan_.sources.push_back({std::static_pointer_cast<InputNode>(stream), plan_.streams.size()});
    plan_.streams.push_back({stream, {}, {}, {}});
  }

  void connect(const StreamPtr& stream) {
    Flow flow = stream->flow();
    for (std::size_t i = 0; i < stream->parents().size(); ++i) {
      const StreamPtr& parent = stream->parents()[i];
      if (!flows(parent)) continue;
      auto& branches = plan_.streams[places_.at(parent.get())].branches;
      if (auto* step = std::get_if<ByRecord>(&flow); step != nullptr && flows(stream)) {
        branches.push_back({places_.at(stream.get()), step->step, -1});
      } else if (std::holds_alternative<Concatenated>(flow) && flows(stream)) {
        branches.push_back({places_.at(stream.get()), nullptr, static_cast<int>(i)});
      } else if (auto* exchanged = std::get_if<Exchanged>(&flow); exchanged != nullptr && flows(stream)) {
        plan_.streams[places_.at(parent.get())].exchanges.push_back(plan_.exchanges.size());
        plan_.exchanges.push_back({places_.at(stream.get()), *exchanged, {}});
        if (exchanged->state) stream->setCutInCells();
      } else if (std::holds_alternative<StateOf>(flow)) {
        auto exchange = std::ranges::find(plan_.exchanges, places_.at(parent.get()), &Plan::Exchange::to);
        exchange->snapshots.push_back(plan_.sinks.size());
        plan_.sinks.push_back({stream, nullptr, nullptr, nullptr});
      } else if (auto* shuffled = std::get_if<Shuffled>(&flow)) {
        addSink(parent, {stream, shuffled->spec, shuffled->partitioner, nullptr});
      } else {
        gather(parent);
      }
    }
  }

  bool isGathered(const Plan::Stream& stream) const {
    return std::ranges::any_of(stream.sinks,
                               [&](std::size_t sink) { return plan_.sinks[sink].target == stream.node; });
  }

  void gather(const StreamPtr& stream) {
    if (!flows(stream)) return;
    if (isGathered(plan_.streams[places_.at(stream.get())])) return;
    addSink(stream, {stream, nullptr, nullptr, nullptr});
  }

  void addSink(const StreamPtr& from, Plan::Sink sink) {
    plan_.streams[places_.at(from.get())].sinks.push_back(plan_.sinks.size());
    plan_.sinks.push_back(std::move(sink));
  }

  /// Each way has a reader, and takes a copy of each record.
  void refuseTooManyWays() const {
    std::vector<std::size_t> ways(plan_.streams.size());
    for (std::size_t i = ways.size(); i-- > 0;) {
      const Plan::Stream& stream = plan_.streams[i];
      ways[i] = stream.sinks.size() + stream.exchanges.size();
      for (const Plan::Branch& branch : stream.branches) ways[i] += ways[branch.to];
      if (ways[i] > kMostWays)
        throw IllegalArgument(
            "the records of " + stream.node->info()->describe() + " would go more than " +
            std::to_string(kMostWays) +
            " ways through the unions behind it, which is more than a continuous run can keep "
            "open: repartition() the stream between the unions");
    }
  }

  const StreamGraph& graph_;
  Plan plan_;
  std::unordered_map<const StreamNode*, std::size_t> places_;
};

}  // namespace

std::vector<std::size_t> Plan::exchangesFrom(std::size_t stream) const {
  std::set<std::size_t> found, seen{stream};
  std::vector<std::size_t> open{stream};
  while (!open.empty()) {
    const Stream& here = streams[open.back()];
    open.pop_back();
    found.insert(here.exchanges.begin(), here.exchanges.end());
    for (const Branch& branch : here.branches) {
      if (seen.insert(branch.to).second) open.push_back(branch.to);
    }
  }
  return {found.begin(), found.end()};
}

Plan lower(const StreamGraph& graph) { return Lowering(graph).run(); }

}  // namespace millrace::core
