#pragma once

#include <millrace/base/config_key.hpp>
#include <millrace/base/log.hpp>
#include <millrace/contexts/recovery/poison_policy.hpp>
#include <millrace/rdd/core/run/job_runner.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millrace {

enum class StreamingMode { kMicroBatch, kContinuous };

template <>
struct ConfigType<StreamingMode> {
  static constexpr std::string_view kForm = "micro-batch or continuous";
  static std::optional<StreamingMode> parse(std::string_view text);
};

template <>
struct ConfigType<core::PoisonPolicy> {
  static constexpr std::string_view kForm = "stop, skip or retry";
  static std::optional<core::PoisonPolicy> parse(std::string_view text);
};

enum class ClockKind { kSystem, kManual };

/// Spark's class names (org.apache.spark.util.ManualClock) mean the same.
template <>
struct ConfigType<ClockKind> {
  static constexpr std::string_view kForm = "system or manual";
  static std::optional<ClockKind> parse(std::string_view text);
};

enum class RateEstimatorKind { kPid };

template <>
struct ConfigType<RateEstimatorKind> {
  static constexpr std::string_view kForm = "pid";
  static std::optional<RateEstimatorKind> parse(std::string_view text) {
    return text == "pid" ? std::optional(RateEstimatorKind::kPid) : std::nullopt;
  }
};

/// Spark's names, in any case of letters.
template <>
struct ConfigType<LogLevel> {
  static constexpr std::string_view kForm = "ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL or OFF";
  static std::optional<LogLevel> parse(std::string_view text);
};

/// Where tasks run: on this many threads of the process; and how often a task may fail, if that is said here.
struct Master {
  int threads = 1;
  std::optional<int> maxTaskFailures = {};
};

template <>
struct ConfigType<Master> {
  static constexpr std::string_view kForm =
      "local[N] for N threads, local[*] for one per core, or local for one, and local[N,F] for F attempts at "
      "a task: "
      "Millrace runs in a single process";
  static std::optional<Master> parse(std::string_view text);
};

/// In any case of letters.
template <>
struct ConfigType<core::SchedulingMode> {
  static constexpr std::string_view kForm = "FIFO or FAIR";
  static std::optional<core::SchedulingMode> parse(std::string_view text);
};

/// The settings that have an effect. `SparkConf::get(config::kBlockInterval)` reads one as what it is.
namespace config {

inline constexpr ConfigKey<Master> kMaster{
    "spark.master",
    "where tasks run: local, local[N] or local[*]; local[N,F]: with F for spark.task.maxFailures", "",
    "local[*]"};
inline constexpr ConfigKey<std::string> kAppName{"spark.app.name", "what logs and listeners call the program",
                                                 "", "millrace"};
inline constexpr ConfigKey<LogLevel> kLogLevel{"spark.log.level",
                                               "what is logged, in the whole process: as if the program "
                                               "called setLogLevel() with it; unset: INFO, or what was "
                                               "set before",
                                               "", ""};
inline constexpr ConfigKey<bool> kShowConsoleProgress{
    "spark.ui.showConsoleProgress",
    "a bar on stderr shows how far jobs are that run longer than half a second; where stderr is no terminal: "
    "never",
    "", "true"};
inline constexpr ConfigKey<ByteSize> kDriverMemory{
    "spark.driver.memory",
    "what the process may use; unset: the machine's memory, or what its control group leaves", "bytes", "",
    std::int64_t{64} << 20};
inline constexpr ConfigKey<double> kMemoryFraction{"spark.memory.fraction",
                                                   "the part of it that holds cached RDDs, what is shuffled, "
                                                   "windows and states; what does not fit goes to the "
                                                   "disk or is computed again, but for windows and states: "
                                                   "past it inputs wait, and after ten batches the run ends",
                                                   "", "0.6"};
inline constexpr ConfigKey<std::string> kLocalDirectory{
    "spark.local.dir", "where what has no room in memory is written; removed at the end", "", "/tmp"};
inline constexpr ConfigKey<int> kDefaultParallelism{
    "spark.default.parallelism",
    "partitions where the program does not say; unset: the threads of the master", "partitions", "", 1};

inline constexpr ConfigKey<int> kTaskMaxFailures{
    "spark.task.maxFailures", "how often a task may throw before its job fails", "attempts", "1", 1};
inline constexpr ConfigKey<core::SchedulingMode> kSchedulerMode{
    "spark.scheduler.mode",
    "whose tasks run where several jobs want threads: FIFO, those of the job that began first; FAIR, those "
    "of the pool "
    "(local property spark.scheduler.pool) of which the fewest run",
    "", "FIFO"};

inline constexpr ConfigKey<StreamingMode> kMode{
    "spark.streaming.mode", "how streams run: micro-batch (Spark's model) or continuous (record by record)",
    "", "micro-batch"};
inline constexpr ConfigKey<std::chrono::milliseconds> kBlockInterval{
    "spark.streaming.blockInterval",
    "how long a receiver gathers records into one block, which becomes one partition", "ms", "200ms", 1};
inline constexpr ConfigKey<int> kBlockQueueSize{
    "spark.streaming.blockQueueSize",
    "blocks of a receiver that may wait to be stored before the receiver has to wait", "blocks", "10", 1};
inline constexpr ConfigKey<std::chrono::milliseconds> kReceiverRestartDelay{
    "spark.streaming.receiverRestartDelay", "pause before a receiver that lost its peer starts again", "ms",
    "2000", 0};
inline constexpr ConfigKey<std::int64_t> kReceiverMaxRate{
    "spark.streaming.receiver.maxRate",
    "most records per second and receiver, or source with polled partitions; 0 or less: no limit",
    "records/s", "9223372036854775807"};
inline constexpr ConfigKey<bool> kBackpressure{
    "spark.streaming.backpressure.enabled",
    "after each batch its inputs are told how many records a second the outputs can take", "", "false"};
inline constexpr ConfigKey<std::int64_t> kBackpressureInitialRate{
    "spark.streaming.backpressure.initialRate",
    "records per second and input until the first batches have ended; unset: receiver.maxRate", "records/s",
    ""};
inline constexpr ConfigKey<RateEstimatorKind> kBackpressureEstimator{
    "spark.streaming.backpressure.rateEstimator", "how that rate is found: pid", "", "pid"};
inline constexpr ConfigKey<double> kBackpressureProportional{"spark.streaming.backpressure.pid.proportional",
                                                             "weight of the difference to the newest batch",
                                                             "", "1.0"};
inline constexpr ConfigKey<double> kBackpressureIntegral{"spark.streaming.backpressure.pid.integral",
                                                         "weight of what has to wait", "", "0.2"};
inline constexpr ConfigKey<double> kBackpressureDerived{"spark.streaming.backpressure.pid.derived",
                                                        "weight of the change of the difference", "", "0.0"};
inline constexpr ConfigKey<double> kBackpressureMinRate{"spark.streaming.backpressure.pid.minRate",
                                                        "the lowest rate", "records/s", "100"};
inline constexpr ConfigKey<ByteSize> kReceiverMaxLineBytes{
    "spark.streaming.receiver.maxLineBytes", "longest line that a text stream takes", "bytes", "1m", 1};
inline constexpr ConfigKey<std::chrono::milliseconds> kReceiverIdleTimeout{
    "spark.streaming.receiver.idleTimeout",
    "how long the peer of a socket stream may say nothing before the connection is made anew; 0: for ever",
    "ms", "0", 0};
inline constexpr ConfigKey<bool> kReceiverLog{"spark.streaming.receiver.writeAheadLog.enable",
                                              "what receivers store is in a log of the checkpoint's "
                                              "directory before it is acknowledged, and comes back "
                                              "after a crash",
                                              "", "false"};
inline constexpr ConfigKey<int> kReceiverLogRollingInterval{
    "spark.streaming.receiver.writeAheadLog.rollingIntervalSecs",
    "after so long, or 64 MiB, the log goes on in another file; files that no restart needs are removed", "s",
    "60", 1};
inline constexpr ConfigKey<int> kReceiverLogMaxFailures{
    "spark.streaming.receiver.writeAheadLog.maxFailures",
    "how often a block is tried to be logged before that has failed", "attempts", "3", 1};
inline constexpr ConfigKey<std::chrono::milliseconds> kFileMinRememberDuration{
    "spark.streaming.fileStream.minRememberDuration",
    "how long before a batch a file may have been modified for a file stream to read it", "ms", "60s", 1};
inline constexpr ConfigKey<std::chrono::milliseconds> kMinRememberDuration{
    "spark.streaming.minRememberDuration", "older name of the one before", "ms", "", 1};
inline constexpr ConfigKey<bool> kFileDetectMoved{
    "spark.streaming.fileStream.detectMoved",
    "file streams know new files by path and inode: files modified long ago and moved in late are read, too",
    "", "false"};
inline constexpr ConfigKey<int> kConcurrentJobs{
    "spark.streaming.concurrentJobs", "output operations that may run at the same time", "jobs", "1", 1};
inline constexpr ConfigKey<std::chrono::milliseconds> kGracefulStopTimeout{
    "spark.streaming.gracefulStopTimeout",
    "how long a graceful stop may take, with all that was received; unset: ten batch intervals", "ms", "", 0};
inline constexpr ConfigKey<bool> kStopGracefullyOnShutdown{
    "spark.streaming.stopGracefullyOnShutdown", "finish what was received when SIGINT or SIGTERM comes", "",
    "true"};
inline constexpr ConfigKey<bool> kStopSparkContextByDefault{
    "spark.streaming.stopSparkContextByDefault", "StreamingContext::stop() stops the SparkContext, too", "",
    "true"};
inline constexpr ConfigKey<std::string> kCheckpointDirectory{
    "spark.streaming.checkpoint.directory", "as if the program called checkpoint() with it; unset: none", "",
    ""};
inline constexpr ConfigKey<bool> kRecoveryStartAfresh{
    "spark.streaming.recovery.startAfresh", "moves the checkpoint of an earlier run aside and begins anew",
    "", "false"};
inline constexpr ConfigKey<bool> kRecoveryDropUnknownState{
    "spark.streaming.recovery.dropUnknownState",
    "a program goes on with a checkpoint that has states which it does not have any more; these are lost", "",
    "false"};
inline constexpr ConfigKey<int> kRecoveryMaxUncommitted{
    "spark.streaming.recovery.maxUncommitted",
    "how many batches may run behind one that has failed, which a later run will run again; then the run "
    "ends",
    "", "100", 1};
inline constexpr ConfigKey<core::PoisonPolicy> kRecoveryPoison{
    "spark.streaming.recovery.poison",
    "what to do at the start when three runs have died in the same batch; stop: say so, and end; skip: run "
    "it "
    "without its input, which is written to the directory quarantine; retry: run it once more",
    "", "stop"};
inline constexpr ConfigKey<int> kCheckpointEpochs{
    "spark.streaming.continuous.checkpointEpochs",
    "in the continuous mode a version of the checkpoint is committed behind every so many epochs; after a "
    "death those "
    "behind the newest one run again",
    "", "1", 1};
inline constexpr ConfigKey<std::chrono::milliseconds> kHealthLogInterval{
    "spark.streaming.healthLogInterval",
    "how often one line of the log says how the program fares, after a batch; 0: never", "ms", "60s", 0};
inline constexpr ConfigKey<bool> kUnpersist{"spark.streaming.unpersist",
                                            "free the RDDs of old batches when no stream needs them any more",
                                            "", "true"};
inline constexpr ConfigKey<ClockKind> kClock{"spark.streaming.clock", "system, or manual in tests", "",
                                             "system"};

/// All of the above, in this order.
std::span<const ConfigEntry* const> entries();

/// Names of Spark or of Millrace that are understood but change nothing yet.
std::span<const std::string_view> withoutEffectYet();

}  // namespace config
}  // namespace millrace
