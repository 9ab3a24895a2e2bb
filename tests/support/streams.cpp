#include <support/streams.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <set>

namespace millrace::test {

/// The last input of a program: it has a job in every batch, so that every batch that could be made ends with an event.
class StreamTest::Heartbeat final : public core::InputNode {
 public:
  explicit Heartbeat(const std::shared_ptr<core::StreamGraph>& graph) : InputNode(graph, "Heartbeat") {}

 protected:
  core::NodePtr compute(Time) override { return core::blockNode(graph()->engine(), info(), {}); }
};

class StreamTest::BatchWatch final : public StreamingListener {
 public:
  void onBatchCompleted(const BatchInfo& batch) override {
    std::lock_guard lock(mutex_);
    ended_.insert(batch.batchTime.milliseconds());
    changed_.notify_all();
  }

  /// `isOver` tells, from time to time, that nothing will come any more. No earlier batch is awaited later.
  void await(std::int64_t batch, const std::function<bool()>& isOver) {
    auto deadline = std::chrono::steady_clock::now() + kPatienceOfStreams;
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::milliseconds(20), [&] { return ended_.contains(batch); })) {
      if (isOver()) return;
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("batch " + std::to_string(batch) + " ms has not ended after 30 s");
    }
    ended_.erase(ended_.begin(), ended_.find(batch));
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
  const auto create = [&] {
    StreamingContext context(SparkContext(conf, std::move(engine)), options_.batch, clock_);
    if (options_.checkpoint.empty()) {
      context.graph()->setCheckpointDirectory("checkpoint");
    } else {
      context.checkpoint(options_.checkpoint);
    }
    return context;
  };
  context_ = std::make_unique<StreamingContext>(
      options_.checkpoint.empty() ? create() : StreamingContext::getOrCreate(options_.checkpoint, create));
}

StreamTest::~StreamTest() = default;

void StreamTest::start() {
  completed_ = std::make_shared<BatchWatch>();
  context_->addStreamingListener(completed_);
  context_->inputStream<int>(std::make_shared<Heartbeat>(context_->graph())).foreachRDD([](const RDD<int>&) {
  });
  context_->start();
  for (const auto& awaitReceiver : awaitReceivers_) awaitReceiver();
}

void StreamTest::advance(int batches) {
  for (int i = 0; i < batches; ++i) moveTo(clock_->now() + options_.batch.milliseconds());
}

void StreamTest::moveTo(std::int64_t time) {
  const std::int64_t last = time / options_.batch.milliseconds() * options_.batch.milliseconds();
  clock_->setTime(time);
  if (Time(last) <= context_->graph()->zeroTime()) return;
  completed_->await(last, [&] {
    return std::ranges::any_of(log_.lines(), [&](const std::string& line) {
      return line.find("the continuous run has ended") != std::string::npos;
    });
  });
}

void StreamTest::play(const std::vector<Action>& script) {
  const testing::TestResult& result = *testing::UnitTest::GetInstance()->current_test_info()->result();
  const int before = result.total_part_count();
  for (const Action& action : script) {
    testing::ScopedTrace at(action.where.file_name(), static_cast<int>(action.where.line()), action.what);
    try {
      action.run(*this);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    if (result.total_part_count() > before) return;
  }
  for (const auto& forgotten : forgotten_) EXPECT_EQ(forgotten(), 0U) << "batches that nobody expected";
}

void StreamTest::stop(bool gracefully) {
  context_->stop(true, gracefully);
  if (!failureWasAskedFor_) context_->awaitTermination();
}

std::string StreamTest::awaitFailure() {
  failureWasAskedFor_ = true;
  try {
    context_->awaitTerminationOrTimeout(std::chrono::milliseconds(kPatienceOfStreams).count());
  } catch (const std::exception& error) {
    return error.what();
  }
  throw std::runtime_error("nothing has failed");
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
