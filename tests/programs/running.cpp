#include "running.hpp"

#include "forms.hpp"
#include "support/engines.hpp"

#include <millrace/dstream/core/stream_graph.hpp>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace millrace::programs {

namespace {

core::EnginePtr engineOf(const RunOptions& options, const std::optional<Kept>& kept) {
  const int partitions = options.partitions > 0 ? options.partitions : options.threads;
  if (!kept) return test::makeEngine(test::Shape{partitions, options.threads, options.chunk});
  auto runner = options.threads == 1 ? core::inlineJobRunner() : core::poolJobRunner(options.threads);
  return std::make_shared<core::Engine>(std::move(runner), partitions, kept->files, options.chunk);
}

void buildInForm(const Program& program, StreamingContext& ssc, const std::shared_ptr<Progress>& progress) {
  if (program.form == "integers") return build<Integers>(program, ssc, progress);
  if (program.form == "doubles") return build<Doubles>(program, ssc, progress);
  if (program.form == "texts") return build<Texts>(program, ssc, progress);
  if (program.form == "structs") return build<Structs>(program, ssc, progress);
  fitted(program.form, {});  // says which there are
}

class Versions final : public StreamingListener {
 public:
  explicit Versions(std::shared_ptr<Progress> progress) : progress_(std::move(progress)) {}
  void onCheckpointCompleted(const CheckpointInfo& info) override {
    if (info.failureReason) return;
    std::lock_guard lock(progress_->mutex);
    progress_->durable = info.batchTime.milliseconds();
    progress_->changed.notify_all();
  }

 private:
  const std::shared_ptr<Progress> progress_;
};

}  // namespace

Running::Running(const Program& program, const RunOptions& options, const std::optional<Kept>& kept)
    : clock_(std::make_shared<ManualClock>(kept ? kept->now : 0)) {
  SparkConf conf;
  conf.set("spark.streaming.mode", options.mode);
  const auto create = [&] {
    StreamingContext made(SparkContext(conf, engineOf(options, kept)), Milliseconds(program.batchMs), clock_);
    if (kept)
      made.checkpoint(kept->directory);
    else
      made.graph()->setCheckpointDirectory("states of a test are not kept");
    made.addStreamingListener(std::make_shared<Versions>(progress_));
    buildInForm(program, made, progress_);
    return made;
  };
  progress_->come = clock_->now() + program.batchMs;
  context_ = kept ? StreamingContext::getOrCreate(kept->directory, create) : create();
}

void Running::awaitDurable(std::int64_t time) {
  std::unique_lock lock(progress_->mutex);
  if (!progress_->changed.wait_for(lock, std::chrono::seconds(60),
                                   [&] { return progress_->durable >= time; }))
    throw std::runtime_error("no version for the batch at " + std::to_string(time) + " ms within a minute");
}

void Running::offer(std::int64_t time) {
  std::lock_guard lock(progress_->mutex);
  progress_->come = time;
}

void Running::endBatch(std::int64_t time) {
  offer(time);
  clock_->setTime(time);
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::unique_lock lock(progress_->mutex);
  while (progress_->beat < time) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the batch at " + std::to_string(time) + " ms did not end within a minute");
    if (progress_->changed.wait_for(lock, std::chrono::milliseconds(50)) == std::cv_status::timeout) {
      lock.unlock();
      context_->awaitTerminationOrTimeout(0);
      lock.lock();
    }
  }
  lock.unlock();
  context_->awaitTerminationOrTimeout(0);
}

}  // namespace millrace::programs
