#include <millrace/base/file_system.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/io/binary_records.hpp>
#include <millrace/io/text_file.hpp>
#include <millrace/io/whole_files.hpp>

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

int defaultMinPartitions(const core::Engine& engine) { return std::min(2, engine.defaultParallelism()); }

}  // namespace

SparkContext::SparkContext(const SparkConf& conf) : SparkContext(conf, makeEngine(conf)) {}

SparkContext::SparkContext(const SparkConf& conf, core::EnginePtr engine)
    : state_(std::make_shared<const State>(State{conf, std::move(engine)})) {}

RDD<std::int64_t> SparkContext::range(std::int64_t start, std::int64_t end, std::int64_t step,
                                      int slices) const {
  return RDD<std::int64_t>(core::numberRangeNode(engine(), start, end, step, slices));
}

RDD<std::int64_t> SparkContext::range(std::int64_t start, std::int64_t end, std::int64_t step) const {
  return range(start, end, step, defaultParallelism());
}

RDD<std::string_view> SparkContext::textFile(const std::string& path, int minPartitions) const {
  return RDD<std::string_view>(core::textFileNode(engine(), path, minPartitions));
}

RDD<std::string_view> SparkContext::textFile(const std::string& path) const {
  return textFile(path, defaultMinPartitions(*engine()));
}

RDD<std::pair<std::string, std::string>> SparkContext::wholeTextFiles(const std::string& path,
                                                                      int minPartitions) const {
  return RDD<std::pair<std::string, std::string>>(core::wholeTextFilesNode(engine(), path, minPartitions));
}

RDD<std::pair<std::string, std::string>> SparkContext::wholeTextFiles(const std::string& path) const {
  return wholeTextFiles(path, defaultMinPartitions(*engine()));
}

RDD<std::pair<std::string, PortableDataStream>> SparkContext::binaryFiles(const std::string& path,
                                                                          int minPartitions) const {
  return RDD<std::pair<std::string, PortableDataStream>>(
      core::binaryFilesNode(engine(), path, minPartitions));
}

RDD<std::pair<std::string, PortableDataStream>> SparkContext::binaryFiles(const std::string& path) const {
  return binaryFiles(path, defaultMinPartitions(*engine()));
}

RDD<std::string_view> SparkContext::binaryRecords(const std::string& path, int recordLength) const {
  return RDD<std::string_view>(core::binaryRecordsNode(engine(), path, recordLength));
}

LongAccumulator SparkContext::longAccumulator(std::string name) const {
  return LongAccumulator(std::move(name));
}
DoubleAccumulator SparkContext::doubleAccumulator(std::string name) const {
  return DoubleAccumulator(std::move(name));
}

const SparkConf& SparkContext::getConf() const { return state_->conf; }
std::string SparkContext::appName() const { return state_->conf.get(config::kAppName); }
int SparkContext::defaultParallelism() const { return engine()->defaultParallelism(); }
void SparkContext::stop() const { engine()->stop(); }
bool SparkContext::isStopped() const { return engine()->isStopped(); }
const core::EnginePtr& SparkContext::engine() const { return state_->engine; }

}  // namespace millrace
