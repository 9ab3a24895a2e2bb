#include <millrace/base/error.hpp>
#include <millrace/dstream/core/flow.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace millrace::core {

namespace {

// A batch is made, and in continuous mode a record is handled, by operators that call each other.
constexpr int kDeepestStream = 1000;

/// Whether most operators on the deepest way to this one are unions.
bool isMadeOfUnions(const StreamNode* stream) {
  int unions = 0, all = 0;
  for (; stream != nullptr; ++all) {
    if (stream->info()->kind == "union") ++unions;
    const auto& parents = stream->parents();
    const auto deepest = std::ranges::max_element(parents, {}, &StreamNode::depth);
    stream = deepest == parents.end() ? nullptr : deepest->get();
  }
  return 2 * unions > all;
}

}  // namespace

StreamNode::StreamNode(const std::string& kind, std::vector<StreamPtr> parents)
    : StreamNode(kind, parents, parents.front()->slideDuration()) {}

StreamNode::StreamNode(const std::string& kind, std::vector<StreamPtr> parents, Duration slide)
    : graph_(parents.front()->graph_),
      info_(graph()->newOperator(kind)),
      parents_(std::move(parents)),
      slide_(slide) {
  for (const StreamPtr& parent : parents_) depth_ = std::max(depth_, parent->depth_ + 1);
  if (depth_ > kDeepestStream)
    throw IllegalArgument(info_->describe() + " would be a stream " + std::to_string(depth_) +
                          " operators deep, and " + std::to_string(kDeepestStream) + " are the most: " +
                          (isMadeOfUnions(this) ? "unite all streams at once with StreamingContext::union_"
                                                : "do in one function what several map() and filter() do"));
}

StreamNode::StreamNode(const std::shared_ptr<StreamGraph>& graph, const std::string& kind, Duration slide)
    : graph_(graph), info_(graph->newOperator(kind)), slide_(slide) {}

StreamNode::~StreamNode() = default;

std::shared_ptr<StreamGraph> StreamNode::graph() const {
  if (auto graph = graph_.lock()) return graph;
  throw IllegalState("the StreamingContext of this stream is gone: keep it alive while its streams are used");
}

EnginePtr StreamNode::engine() const { return graph()->engine(); }

void StreamNode::setName(const std::string& name) {
  auto owner = graph();
  RecursiveMutexLock lock(owner->mutex());
  if (owner->phase() != StreamGraph::Phase::kBuilding)
    throw IllegalState("naming " + info_->describe() +
                       " after start(): give names while building the program");
  info_->name = name;
}

NodePtr StreamNode::rdd(Time time) {
  auto owner = graph();
  RecursiveMutexLock lock(owner->mutex());
  if (rdds_.isKnown(time)) return rdds_.at(time);
  if (!isTimeValid(time)) return nullptr;
  setRdd(time, compute(time));
  return rdds_.at(time);
}

void StreamNode::setRdd(Time time, NodePtr made) {
  if (made && form_ != nullptr) made->persist(level_, *form_, IfFull::kKeep);
  rdds_.set(time, std::move(made));
}

Flow StreamNode::flow() const { return ByEpoch{}; }

bool StreamNode::isGathered() const { return form_ != nullptr || graph()->isRemembering(); }

void StreamNode::makeBefore(Time time) {
  auto owner = graph();
  for (Time missing = timeBefore() + slide_; missing < time; missing = missing + slide_) {
    if (owner->hasBatchIn(missing - slide_, missing)) rdd(missing);
  }
}

Time StreamNode::timeBefore() const { return std::max(rdds_.latest(), graph()->zeroTime()); }

void StreamNode::makeUpTo(Time time) { makeBefore(time.floor(slide_, graph()->zeroTime()) + slide_); }

void StreamNode::resume(Time time, const KeptState* kept) {
  skipTo(time.floor(slide_, graph()->zeroTime()));
  if (kept == nullptr) return;
  if (kept->type != stateType())
    throw IllegalArgument(
        "the state of " + info_->describe() + " was kept as " + kept->type + ", and is one of " +
        stateType() + " in this program: keep its types, or give the operator another name to begin anew");
  restoreState(*kept->entries);
}

std::vector<NodePtr> StreamNode::slice(Time from, Time to) {
  auto owner = graph();
  RecursiveMutexLock lock(owner->mutex());
  Time zero = owner->zeroTime();
  if (rdds_.duration().isZero())
    throw SparkException(
        info_->describe() +
        " has not been initialized, because no output operation uses it: add one, such as foreachRDD");
  if (rdds_.passesBy())
    throw Unsupported(
        "slice() of " + info_->describe() +
        ", whose records pass by one after another in a continuous run: keep its RDDs with persist(), "
        "window() or StreamingContext::remember()");
  const Time last = std::min(to, owner->newestTime());
  Time first = std::max(from, zero);
  if (rdds_.forgottenUpTo() > zero)
    first = std::max(first, rdds_.forgottenUpTo().floor(slide_, zero) + slide_);
  return first <= last ? rddsBetween(first, last) : std::vector<NodePtr>();
}

std::vector<NodePtr> StreamNode::rddsBetween(Time from, Time to) {
  auto owner = graph();
  RecursiveMutexLock lock(owner->mutex());
  Time zero = owner->zeroTime();
  Time first = std::max(from.floor(slide_, zero), zero), last = to.floor(slide_, zero);
  std::vector<NodePtr> rdds;
  for (Time time = first; time <= last; time = time + slide_) {
    if (NodePtr made = rdd(time)) rdds.push_back(std::move(made));
  }
  return rdds;
}

bool StreamNode::isTimeValid(Time time) const {
  const auto owner = graph();
  return time > owner->begunAfter() && (time - owner->zeroTime()).isMultipleOf(slide_);
}

std::vector<Time> StreamNode::rememberedTimes() const {
  auto owner = graph();
  RecursiveMutexLock lock(owner->mutex());
  return rdds_.times();
}

void StreamNode::persist(StorageLevel level, const StoredForm* form) {
  if (graph()->phase() != StreamGraph::Phase::kBuilding)
    throw Unsupported("persist() of " + info_->describe() + " after start(): set storage levels before it");
  level_ = level;
  form_ = form;
}

void StreamNode::checkpoint(Duration interval) {
  if (graph()->phase() != StreamGraph::Phase::kBuilding)
    throw Unsupported("checkpoint() of " + info_->describe() + " after start(): set intervals before it");
  checkpointInterval_ = interval;
}

void StreamNode::validate() const {
  if ((mustCheckpoint() || checkpointInterval_) && graph()->checkpointDirectory().empty())
    throw IllegalArgument(
        info_->describe() + (mustCheckpoint() ? " keeps state over batches" : " has a checkpoint interval") +
        " and needs a checkpoint directory: call checkpoint(directory) on the StreamingContext before "
        "start()");
  if (checkpointInterval_ && (*checkpointInterval_ < slide_ || !checkpointInterval_->isMultipleOf(slide_)))
    throw IllegalArgument("the checkpoint interval of " + info_->describe() + " is " +
                          checkpointInterval_->toString() + ": it has to be a multiple of its slide, " +
                          slide_.toString());
}

void requireRunning(const std::string& name, const NodePtr& rdd) {
  if (rdd != nullptr && rdd->engine().isStopped())
    throw IllegalState(
        name +
        " was given an RDD of a SparkContext that has been stopped: make it on the context of the stream");
}

void StreamNode::initialize() {
  if (mustCheckpoint() && !checkpointInterval_) checkpointInterval_ = defaultCheckpointInterval();
  const bool checkpoints = checkpointInterval_ && *checkpointInterval_ >= slide_;
  rdds_.setDuration(checkpoints ? saturatedSum(*checkpointInterval_, *checkpointInterval_) : slide_);
}

Duration StreamNode::defaultCheckpointInterval() const {
  constexpr Duration kTenSeconds(10000);
  if (slide_ >= kTenSeconds) return slide_;
  return slide_ * (((kTenSeconds + slide_).milliseconds() - 1) / slide_.milliseconds());
}

void StreamNode::rememberAtLeast(Duration duration) { rdds_.rememberAtLeast(duration); }

void StreamNode::willBeReadEarly() {
  std::vector<StreamNode*> open{this};
  while (!open.empty()) {
    StreamNode& stream = *open.back();
    open.pop_back();
    if (std::exchange(stream.readEarly_, true)) continue;
    for (const StreamPtr& parent : stream.parents_) open.push_back(parent.get());
  }
}

void StreamNode::clearMetadata(Time time, bool unpersist) { rdds_.forgetOld(time, unpersist); }

NodePtr StreamNode::parentRdd(std::size_t i, Time time) {
  const StreamPtr& parent = parents_[i];
  if (NodePtr made = parent->rdd(time)) return made;
  throw SparkException(info_->describe() + " could not generate an RDD from its parent " +
                       parent->info()->describe() + " at time " + time.toString() +
                       ": a source that has no data has to give an empty RDD");
}

}  // namespace millrace::core
