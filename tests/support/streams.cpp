#include <support/streams.hpp>

#include <condition_variable>
#include <exception>
#include <set>

namespace millrace::test {

namespace {

constexpr std::chrono::seconds kPatience{30};

}  // namespace

/// The last input of a program: it has a job in every batch, so that every batch that could be made ends with an event.
class StreamTest::Heartbeat final : public core::InputNode {
 public:
  explicit Heartbeat(const std::shared_ptr<core::StreamGraph>& graph) : InputNode(graph, "Heartbeat") {}

  /// The last batch for which all jobs were made.
  std::int64_t last() const {
    std::lock_guard lock(graph()->mutex());
    return last_;
  }

 protected:
  core::NodePtr compute(Time time) override {
    last_ = time.milliseconds();
    return core::blockNode(graph()->engine(), info(), {});
  }

 private:
  std::int64_t last_ = -1;
};

class StreamTest::BatchWatch final : public StreamingListener {
 public:
  void onBatchCompleted(const BatchInfo& batch) override {
    std::lock_guard lock(mutex_);
    ended_.insert(batch.batchTime.milliseconds());
    changed_.notify_all();
  }

  void await(std::int64_t batch) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return ended_.contains(batch); }))
      throw std::runtime_error("batch " + std::to_string(batch) + " ms has not ended after 30 s");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::int64_t> ended_;
};

StreamTest::StreamTest(StreamOptions options) : StreamTest(makeEngine(options.shape), options) {}

StreamTest::StreamTest(core::EnginePtr engine, StreamOptions options)
    : options_(std::move(options)), clock_(std::make_shared<ManualClock>(options_.now)) {
  SparkConf conf;
  conf.set(config::kMode.name, options_.mode == StreamingMode::kMicroBatch ? "micro-batch" : "continuous");
  for (const auto& [key, value] : options_.conf) conf.set(key, value);
  context_ =
      std::make_unique<StreamingContext>(SparkContext(conf, std::move(engine)), options_.batch, clock_);
  context_->graph()->setCheckpointDirectory("checkpoint");
}

StreamTest::~StreamTest() = default;

void StreamTest::start() {
  completed_ = std::make_shared<BatchWatch>();
  context_->addStreamingListener(completed_);
  heartbeat_ = std::make_shared<Heartbeat>(context_->graph());
  context_->inputStream<int>(heartbeat_).foreachRDD([](const RDD<int>&) {});
  context_->start();
}

void StreamTest::advance(int batches) {
  for (int i = 0; i < batches; ++i) moveTo(clock_->now() + options_.batch.milliseconds());
}

void StreamTest::moveTo(std::int64_t time) {
  const std::int64_t batch = options_.batch.milliseconds();
  const std::int64_t next = (time / batch + 1) * batch;
  clock_->setTime(time);
  if (!clock_->awaitWaiter(next, kPatience))
    throw std::runtime_error("nobody waits for the batch of " + std::to_string(next) + " ms");
  if (heartbeat_->last() >= 0) completed_->await(heartbeat_->last());
}

void StreamTest::stop() {
  context_->stop(true, false);
  context_->awaitTermination();
}

void StreamTest::run(int batches) {
  start();
  advance(batches);
  stop();
}

std::string StreamTest::failureOf(int batches) {
  try {
    run(batches);
  } catch (const std::exception& error) {
    return error.what();
  }
  throw std::logic_error("the program was expected to fail");
}

}  // namespace millrace::test
