#include <millrace/base/error.hpp>
#include <millrace/dstream/core/output_operation.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

namespace millrace::core {

namespace {

/// Each batch of one would replace that of the other.
void requireOwnDirectories(const std::vector<std::shared_ptr<OutputOperation>>& outputs) {
  std::map<std::string, OperatorPtr> writers;
  for (const auto& output : outputs) {
    if (output->directories().empty()) continue;
    const auto [writer, isFirst] = writers.emplace(output->directories(), output->info());
    if (!isFirst)
      throw IllegalArgument(writer->second->describe() + " and " + output->info()->describe() +
                            " both write to " + output->directories() +
                            ": give each a prefix or a suffix of its own");
  }
}

}  // namespace

StreamGraph::StreamGraph(EnginePtr engine, Duration batchDuration)
    : engine_(std::move(engine)), batchDuration_(batchDuration) {
  if (batchDuration <= Duration(0))
    throw IllegalArgument("a batch interval of " + batchDuration.toString() +
                          ": give a positive one, for example Seconds(1)");
  if (batchDuration > kLongestBatch)
    throw IllegalArgument("a batch interval of " + batchDuration.toString() + ": give one of " +
                          kLongestBatch.toString() + " (100 years) at most");
}

StreamGraph::Phase StreamGraph::phase() const {
  RecursiveMutexLock lock(mutex_);
  return phase_;
}

std::shared_ptr<OperatorInfo> StreamGraph::newOperator(const std::string& kind) {
  RecursiveMutexLock lock(mutex_);
  if (phase_ == Phase::kStarted)
    throw IllegalState("adding " + kind + " after start(): build the whole program before it starts");
  if (phase_ == Phase::kStopped)
    throw IllegalState("adding " + kind + " after stop(): a stopped context is over, create a new one");
  return std::make_shared<OperatorInfo>(OperatorInfo{kind, operators_++, {}});
}

void StreamGraph::addInput(InputPtr input) {
  RecursiveMutexLock lock(mutex_);
  inputs_.push_back(std::move(input));
}

void StreamGraph::addOutput(std::shared_ptr<OutputOperation> output) {
  RecursiveMutexLock lock(mutex_);
  outputs_.push_back(std::move(output));
}

std::vector<std::shared_ptr<OutputOperation>> StreamGraph::outputs() const {
  RecursiveMutexLock lock(mutex_);
  return outputs_;
}

int StreamGraph::inputCount() const {
  RecursiveMutexLock lock(mutex_);
  return static_cast<int>(inputs_.size());
}

void StreamGraph::remember(Duration duration) {
  if (duration < Duration(0))
    throw IllegalArgument("remember() for " + duration.toString() + ": give a duration from 0 on");
  RecursiveMutexLock lock(mutex_);
  if (remember_)
    throw IllegalArgument("remember() a second time: it is already set to " + remember_->toString() +
                          ", call it once");
  remember_ = duration;
}

bool StreamGraph::isRemembering() const {
  RecursiveMutexLock lock(mutex_);
  return remember_.has_value();
}

void StreamGraph::setCheckpointDirectory(std::string directory) {
  RecursiveMutexLock lock(mutex_);
  checkpointDirectory_ = std::move(directory);
}

std::string StreamGraph::checkpointDirectory() const {
  RecursiveMutexLock lock(mutex_);
  return checkpointDirectory_;
}

void StreamGraph::setConcurrent(bool concurrent) {
  RecursiveMutexLock lock(mutex_);
  concurrent_ = concurrent;
}

bool StreamGraph::isConcurrent() const {
  RecursiveMutexLock lock(mutex_);
  return concurrent_;
}

void StreamGraph::setUnpersist(bool unpersist) {
  RecursiveMutexLock lock(mutex_);
  unpersist_ = unpersist;
}

void StreamGraph::setCutSink(std::shared_ptr<CutSink> sink) {
  RecursiveMutexLock lock(mutex_);
  cuts_ = std::make_shared<Cuts>(std::move(sink));
}

void StreamGraph::resumeFrom(Resumed resumed) {
  RecursiveMutexLock lock(mutex_);
  resumed_ = std::move(resumed);
}

void StreamGraph::validate() const {
  RecursiveMutexLock lock(mutex_);
  if (outputs_.empty())
    throw IllegalArgument(
        "no output operation, so nothing to execute: end at least one stream with print(), foreachRDD() or a "
        "save");
  requireOwnDirectories(outputs_);
  for (const StreamPtr& stream : reachable()) stream->validate();
}

void StreamGraph::close() {
  RecursiveMutexLock lock(mutex_);
  phase_ = Phase::kStarted;
}

void StreamGraph::start(Time zeroTime) {
  RecursiveMutexLock lock(mutex_);
  phase_ = Phase::kStarted;
  zeroTime_ = resumed_ ? resumed_->zeroTime : zeroTime;
  const std::vector<StreamPtr> streams = reachable();
  for (const StreamPtr& stream : streams) stream->initialize();
  for (const auto& output : outputs_) output->parent()->rememberAtLeast(remember_.value_or(Duration(0)));
  for (const StreamPtr& stream : streams) {
    for (const StreamPtr& parent : stream->parents())
      parent->rememberAtLeast(stream->parentRememberDuration());
  }
  if (!resumed_) return;
  newestTime_ = resumed_->time;
  for (const StreamPtr& stream : streams) {
    const auto kept = resumed_->states.find(stream->info()->id);
    stream->resume(resumed_->time, kept == resumed_->states.end() ? nullptr : &kept->second);
  }
  resumed_->states.clear();
}

Time StreamGraph::begunAfter() const {
  RecursiveMutexLock lock(mutex_);
  return resumed_ ? resumed_->time : zeroTime();
}

void StreamGraph::stop() {
  RecursiveMutexLock lock(mutex_);
  phase_ = Phase::kStopped;
}

Time StreamGraph::zeroTime() const {
  RecursiveMutexLock lock(mutex_);
  if (!zeroTime_)
    throw SparkException("the stream has not been initialized: call start() before asking for its RDDs");
  return *zeroTime_;
}

void StreamGraph::beginBatch(Time time) {
  RecursiveMutexLock lock(mutex_);
  const Time newest = newestTime();
  if (time - newest > batchDuration_) skipped_.emplace_back(newest, time);
  newestTime_ = std::max(newest, time);
}

Time StreamGraph::newestTime() const {
  RecursiveMutexLock lock(mutex_);
  return newestTime_ ? *newestTime_ : zeroTime();
}

bool StreamGraph::hasBatchIn(Time after, Time upTo) const {
  RecursiveMutexLock lock(mutex_);
  const auto gap = std::ranges::upper_bound(skipped_, upTo, {}, &Interval::endTime);
  return gap == skipped_.end() || after < gap->beginTime();
}

std::vector<Job> StreamGraph::generateJobs(Time time) {
  RecursiveMutexLock lock(mutex_);
  beginBatch(time);
  std::vector<Job> jobs;
  for (const auto& output : outputs_) {
    if (auto job = output->generateJob(time)) {
      job->outputId = static_cast<int>(jobs.size());
      jobs.push_back(std::move(*job));
    }
  }
  for (Job& job : stateJobs(time)) {
    job.outputId = static_cast<int>(jobs.size());
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::vector<Job> StreamGraph::stateJobs(Time time) {
  RecursiveMutexLock lock(mutex_);
  std::vector<Job> jobs = unreadJobs(time);
  if (cuts_ && cuts_->isCut(time)) jobs.push_back(cutJob(time));
  return jobs;
}

/// Where a stream cannot say what it has to give, because it cannot make an RDD, the job fails with that; what others have said
/// joins the next cut.
Job StreamGraph::cutJob(Time time) {
  Job job{
      time, 0, std::make_shared<const OperatorInfo>(OperatorInfo{"cutting its states", -1, {}}), {}, true};
  try {
    for (const StreamPtr& stream : reachable()) {
      if (!stream->isCutInCells()) stream->cutAt(time, *cuts_);
    }
    job.run = [cuts = cuts_, time] { cuts->take(time); };
  } catch (...) {
    job.run = [failure = std::current_exception()] { std::rethrow_exception(failure); };
  }
  return job;
}

std::vector<Job> StreamGraph::unreadJobs(Time time) {
  if (++batchesSinceStateJobs_ < kStateBatches) return {};
  batchesSinceStateJobs_ = 0;
  std::vector<Job> jobs;
  for (const StreamPtr& stream : reachable()) {
    if (NodePtr unread = stream->takeUnread())
      jobs.push_back(Job{time, 0, stream->info(), [unread = std::move(unread)] {
                           unread->engine().runJob(*unread, {}, [](int, ReaderPtr) {});
                         }});
  }
  return jobs;
}

Time StreamGraph::batchEnded(Time time, bool succeeded) {
  RecursiveMutexLock lock(mutex_);
  Time done = succeeded ? time : time - batchDuration_;
  Duration longestSlide = batchDuration_;
  for (const StreamPtr& stream : reachable()) {
    stream->clearMetadata(done, unpersist_);
    longestSlide = std::max(longestSlide, stream->slideDuration());
  }
  std::erase_if(skipped_, [&](const Interval& gap) { return gap.endTime() < done - longestSlide; });
  Duration longest = batchDuration_;
  for (const InputPtr& input : inputs_) longest = std::max(longest, input->rememberDuration());
  return done - longest;
}

std::vector<StreamPtr> StreamGraph::reachable() const {
  RecursiveMutexLock lock(mutex_);
  std::vector<StreamPtr> order;
  std::unordered_set<const StreamNode*> seen;
  std::vector<std::pair<const StreamPtr*, std::size_t>> open;  // streams, and which parent is next
  const auto visit = [&](const StreamPtr& stream) {
    if (seen.insert(stream.get()).second) open.emplace_back(&stream, 0);
  };
  for (const auto& output : outputs_) {
    visit(output->parent());
    while (!open.empty()) {
      auto& [stream, next] = open.back();
      if (next < (*stream)->parents().size()) {
        visit((*stream)->parents()[next++]);
      } else {
        order.push_back(*stream);
        open.pop_back();
      }
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace millrace::core
