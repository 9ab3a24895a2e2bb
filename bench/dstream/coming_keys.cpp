#include "dstream/coming_keys.hpp"

#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/millrace.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace millrace::bench {

namespace {

using Pair = std::pair<std::string, int>;

constexpr Duration kBatch = Milliseconds(50);
constexpr Duration kWindow = kBatch * 20;
constexpr int kRecords = 4000;
constexpr std::int64_t kKeysAtATime = 2000;
constexpr std::int64_t kNewKeys = 500;

class Visitors final : public InputDStream<Pair> {
 public:
  explicit Visitors(SparkContext sparkContext) : sparkContext_(std::move(sparkContext)) {}
  std::optional<RDD<Pair>> compute(Time) override {
    std::vector<Pair> visits;
    visits.reserve(kRecords);
    for (int i = 0; i < kRecords; ++i)
      visits.emplace_back("visitor number " + std::to_string(first_ + i % kKeysAtATime), 1);
    first_ += kNewKeys;
    return sparkContext_.parallelize(std::move(visits));
  }

 private:
  SparkContext sparkContext_;
  std::int64_t first_ = 1'000'000;
};

SparkConf confOf(const std::string& mode) {
  SparkConf conf;
  conf.set("spark.streaming.mode", mode);
  return conf;
}

std::optional<int> whileSeen(const std::vector<int>& news, std::optional<int> old) {
  if (news.empty()) return std::nullopt;
  return old.value_or(0) + static_cast<int>(news.size());
}

int visitsOf(std::string, std::optional<int> one, State<int>& state) {
  if (state.isTimingOut()) return 0;
  state.update(state.getOption().value_or(0) + one.value_or(0));
  return state.get();
}

}  // namespace

struct ComingKeys::Run {
  explicit Run(const std::string& mode) : ssc(confOf(mode), kBatch) {
    ssc.graph()->setCheckpointDirectory("not used");
    auto visits = ssc.inputStream(std::make_shared<Visitors>(ssc.sparkContext()));
    auto seen = [](const Pair& kv) { return kv.second != 0; };
    watch(visits.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, kWindow, kBatch, 2, seen));
    watch(visits.reduceByKeyAndWindow([](int a, int b) { return std::max(a, b); }, kWindow, kBatch));
    watch(visits.map([](const Pair& kv) { return kv.first; }).countByValueAndWindow(kWindow, kBatch * 2));
    watch(visits.updateStateByKey(&whileSeen));
    auto states = visits.mapWithState(StateSpec::function(&visitsOf).timeout(kBatch * 5));
    states.checkpoint(kBatch * 10);
    watch(states.stateSnapshots());
    visits.join(visits.mapValues([](int one) { return -one; }))
        .count()
        .foreachRDD([this](const RDD<std::int64_t>&) { ++batches; });
    ssc.start();
  }
  ~Run() { ssc.stop(true, false); }

  template <class T>
  void watch(const DStream<T>& stream) {
    stream.foreachRDD([this](const RDD<T>& rdd) {
      std::int64_t keys = rdd.count(), before = mostKeys;
      while (before < keys && !mostKeys.compare_exchange_weak(before, keys)) {
      }
    });
  }

  std::atomic<std::int64_t> batches = 0;
  std::atomic<std::int64_t> mostKeys = 0;
  StreamingContext ssc;
};

ComingKeys::ComingKeys(const std::string& mode) : run_(std::make_unique<Run>(mode)) {}
ComingKeys::~ComingKeys() = default;

std::int64_t ComingKeys::batches() const { return run_->batches; }
std::int64_t ComingKeys::mostKeys() const { return run_->mostKeys; }
void ComingKeys::check() const { run_->ssc.awaitTerminationOrTimeout(0); }

}  // namespace millrace::bench
