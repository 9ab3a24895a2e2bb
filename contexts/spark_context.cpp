#include <millrace/base/clock.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/memory_limit.hpp>
#include <millrace/base/path.hpp>
#include <millrace/base/process_directory.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/console_progress.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/contexts/terminal.hpp>
#include <millrace/io/binary_records.hpp>
#include <millrace/io/text_file.hpp>
#include <millrace/io/whole_files.hpp>
#include <millrace/rdd/core/graph/cached_nodes.hpp>
#include <millrace/rdd/core/graph/cached_partition.hpp>
#include <millrace/rdd/core/run/jobs.hpp>
#include <millrace/rdd/core/run/local_properties.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>

namespace millrace {

struct SparkContext::Identity {
  SparkConf conf;
  std::string applicationId;
  std::int64_t startTime;
};

// The engine holds the identity, which so must not hold the engine.
struct SparkContext::State {
  std::shared_ptr<const Identity> identity;
  core::EnginePtr engine;
};

namespace {

std::unique_ptr<core::JobRunner> jobRunner(const SparkConf& conf, int threads) {
  auto runner = core::poolJobRunner(threads, conf.get(config::kSchedulerMode));
  auto terminal = core::progressTerminal(conf);
  if (!terminal) return runner;
  return core::withConsoleProgress(std::move(runner), std::move(terminal), std::make_shared<SystemClock>());
}

std::size_t memoryBudget(const SparkConf& conf) {
  const auto asked = conf.getOption(config::kDriverMemory);
  const auto memory = asked ? static_cast<std::uint64_t>(asked->bytes) : core::memoryLimit();
  const double fraction = conf.get(config::kMemoryFraction);
  if (!(fraction > 0 && fraction <= 1))
    throw IllegalArgument("spark.memory.fraction is " + std::to_string(fraction) +
                          ": it has to be more than 0 and at most 1");
  return static_cast<std::size_t>(static_cast<double>(memory) * fraction);
}

core::EnginePtr makeEngine(const SparkConf& conf) {
  const Master master = conf.get(config::kMaster);
  const int threads = master.threads;
  std::optional<int> parallelism = conf.getOption(config::kDefaultParallelism);
  auto engine = std::make_shared<core::Engine>(jobRunner(conf, threads), parallelism.value_or(threads),
                                               std::make_shared<LocalFileSystem>());
  engine->setParallelismIsSet(parallelism.has_value());
  engine->setMemoryLimit(memoryBudget(conf));
  const std::string localDirectory = localPath(conf.get(config::kLocalDirectory));
  core::ProcessDirectory::removeAbandoned(localDirectory);
  engine->setLocalDirectory(localDirectory);
  engine->setMaxTaskFailures(master.maxTaskFailures.value_or(conf.get(config::kTaskMaxFailures)));
  return engine;
}

std::string newApplicationId() {
  static std::atomic<std::int64_t> latest = 0;
  const std::int64_t now = SystemClock().now();
  std::int64_t before = latest, id = 0;
  do {
    id = std::max(now, before + 1);
  } while (!latest.compare_exchange_weak(before, id));
  return "local-" + std::to_string(id);
}

constexpr std::chrono::seconds kMostForListeners{2};

RDDInfo infoOf(const core::Node& node) {
  RDDInfo info{node.id(), node.name(), node.partitions(), node.storageLevel()};
  if (info.name.empty()) info.name = node.info()->describe();
  for (const core::StoredSize& size : node.storedSizes()) {
    info.numCachedPartitions += size.isStored ? 1 : 0;
    info.memSize += size.memory;
    info.diskSize += size.disk;
  }
  return info;
}

int defaultMinPartitions(const core::Engine& engine) { return std::min(2, engine.defaultParallelism()); }

}  // namespace

SparkContext::SparkContext(const SparkConf& conf) : SparkContext(conf, makeEngine(conf)) {}

SparkContext::SparkContext(const SparkConf& conf, core::EnginePtr engine) {
  auto identity = std::make_shared<const Identity>(Identity{conf, newApplicationId(), SystemClock().now()});
  engine->setOwner(identity);
  state_ = std::make_shared<const State>(State{std::move(identity), std::move(engine)});
  if (auto level = conf.getOption(config::kLogLevel)) millrace::setLogLevel(*level);
}

SparkContext SparkContext::of(core::EnginePtr engine) {
  auto identity = std::static_pointer_cast<const Identity>(engine->owner());
  if (identity == nullptr)
    throw IllegalState(
        "an RDD of an engine made by hand, without a SparkContext: make one on this engine first");
  return SparkContext(std::make_shared<const State>(State{std::move(identity), std::move(engine)}));
}

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

void SparkContext::setCheckpointDir(const std::string& directory) const {
  const std::string place = localPath(directory);
  if (place.empty()) throw IllegalArgument("setCheckpointDir(\"\"): give the directory a name");
  engine()->setCheckpointDirectory(place + "/" + applicationId() + "-" +
                                   std::to_string(std::random_device()()));
}

std::optional<std::string> SparkContext::getCheckpointDir() const {
  std::string directory = engine()->checkpointDirectory();
  return directory.empty() ? std::nullopt : std::optional(std::move(directory));
}

std::vector<RDDInfo> SparkContext::getRDDStorageInfo() const {
  std::vector<RDDInfo> infos;
  for (const core::NodePtr& node : engine()->cachedNodes().all()) {
    if (RDDInfo info = infoOf(*node); info.isCached()) infos.push_back(std::move(info));
  }
  return infos;
}

void SparkContext::addSparkListener(std::shared_ptr<SparkListener> listener) const {
  SparkListenerApplicationStart started{appName(), applicationId(), state_->identity->startTime};
  engine()->jobs().bus().add(std::move(listener), [started = std::move(started)](SparkListener& to) {
    to.onApplicationStart(started);
  });
}

void SparkContext::removeSparkListener(const std::shared_ptr<SparkListener>& listener) const {
  engine()->jobs().bus().remove(listener);
}

void SparkContext::setLocalProperty(const std::string& key, std::optional<std::string> value) const {
  if (value) {
    core::localProperties()[key] = *std::move(value);
  } else {
    core::localProperties().erase(key);
  }
}

std::optional<std::string> SparkContext::getLocalProperty(std::string_view key) const {
  return core::valueOf(core::localProperties(), key);
}

void SparkContext::setJobDescription(std::optional<std::string> description) const {
  setLocalProperty(core::kJobDescriptionProperty, std::move(description));
}

void SparkContext::setJobGroup(std::string groupId, std::string description, bool interruptOnCancel) const {
  setLocalProperty(core::kJobGroupProperty, std::move(groupId));
  setJobDescription(std::move(description));
  setLocalProperty(core::kInterruptOnCancelProperty, interruptOnCancel ? "true" : "false");
}

void SparkContext::clearJobGroup() const {
  for (const char* key :
       {core::kJobGroupProperty, core::kJobDescriptionProperty, core::kInterruptOnCancelProperty})
    setLocalProperty(key, std::nullopt);
}

void SparkContext::cancelJobGroup(const std::string& groupId) const { engine()->jobs().cancelGroup(groupId); }
void SparkContext::cancelAllJobs() const { engine()->jobs().cancelAll(); }
void SparkContext::cancelJob(int jobId, const std::string& reason) const {
  engine()->jobs().cancelJob(jobId, reason);
}
void SparkContext::cancelStage(int stageId, const std::string& reason) const {
  engine()->jobs().cancelStage(stageId, reason);
}

const SparkConf& SparkContext::getConf() const { return state_->identity->conf; }
std::string SparkContext::appName() const { return getConf().get(config::kAppName); }
std::string SparkContext::master() const {
  return getConf().get(config::kMaster.name, config::kMaster.defaultText);
}
std::string SparkContext::applicationId() const { return state_->identity->applicationId; }
void SparkContext::setLogLevel(std::string_view level) const {
  millrace::setLogLevel(config::kLogLevel.parse(level));
}
int SparkContext::defaultParallelism() const { return engine()->defaultParallelism(); }

void SparkContext::stop() const {
  if (!engine()->stop()) return;
  auto& bus = engine()->jobs().bus();
  if (bus.isHeard())
    bus.post([ended = SparkListenerApplicationEnd{SystemClock().now()}](SparkListener& to) {
      to.onApplicationEnd(ended);
    });
  if (!bus.stop(std::chrono::steady_clock::now() + kMostForListeners))
    logWarning("the SparkContext stopped before its listeners had heard everything");
}

bool SparkContext::isStopped() const { return engine()->isStopped(); }
const core::EnginePtr& SparkContext::engine() const { return state_->engine; }

}  // namespace millrace
