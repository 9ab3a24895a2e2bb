#include <millrace/base/file_system.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/io/text_file.hpp>

#include <algorithm>

namespace millrace {

struct SparkContext::State {
  SparkConf conf;
  core::EnginePtr engine;
};

namespace {

std::unique_ptr<core::JobRunner> jobRunner(int threads) {
#ifdef __SANITIZE_THREAD__
  return core::threadJobRunner(threads);
#else
  return core::tbbJobRunner(threads);
#endif
}

core::EnginePtr makeEngine(const SparkConf& conf) {
  int threads = conf.get(config::kMaster).threads;
  std::optional<int> parallelism = conf.getOption(config::kDefaultParallelism);
  auto engine = std::make_shared<core::Engine>(jobRunner(threads), parallelism.value_or(threads),
                                               std::make_shared<LocalFileSystem>());
  engine->setParallelismIsSet(parallelism.has_value());
  return engine;
}

}  // namespace

SparkContext::SparkContext(const SparkConf& conf) : SparkContext(conf, makeEngine(conf)) {}

SparkContext::SparkContext(const SparkConf& conf, core::EnginePtr engine)
    : state_(std::make_shared<const State>(State{conf, std::move(engine)})) {}

RDD<std::string_view> SparkContext::textFile(const std::string& path, int minPartitions) const {
  return RDD<std::string_view>(core::textFileNode(engine(), path, minPartitions));
}

RDD<std::string_view> SparkContext::textFile(const std::string& path) const {
  return textFile(path, std::min(2, defaultParallelism()));
}

const SparkConf& SparkContext::getConf() const { return state_->conf; }
std::string SparkContext::appName() const { return state_->conf.get(config::kAppName); }
int SparkContext::defaultParallelism() const { return engine()->defaultParallelism(); }
void SparkContext::stop() const { engine()->stop(); }
bool SparkContext::isStopped() const { return engine()->isStopped(); }
const core::EnginePtr& SparkContext::engine() const { return state_->engine; }

}  // namespace millrace
