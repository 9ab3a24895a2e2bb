#include <millrace/base/parse.hpp>
#include <millrace/contexts/config_keys.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>
#include <utility>

namespace millrace {

std::optional<StreamingMode> ConfigType<StreamingMode>::parse(std::string_view text) {
  if (text == "micro-batch") return StreamingMode::kMicroBatch;
  if (text == "continuous") return StreamingMode::kContinuous;
  return std::nullopt;
}

std::optional<core::PoisonPolicy> ConfigType<core::PoisonPolicy>::parse(std::string_view text) {
  if (text == "stop") return core::PoisonPolicy::kStop;
  if (text == "skip") return core::PoisonPolicy::kSkip;
  if (text == "retry") return core::PoisonPolicy::kRetry;
  return std::nullopt;
}

std::optional<ClockKind> ConfigType<ClockKind>::parse(std::string_view text) {
  const std::string_view className = text.substr(text.rfind('.') + 1);
  if (text == "system" || className == "SystemClock") return ClockKind::kSystem;
  if (text == "manual" || className == "ManualClock") return ClockKind::kManual;
  return std::nullopt;
}

namespace {

bool sameText(std::string_view text, std::string_view name) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::ranges::equal(text, name, {}, upper);
}

/// A number from 1 on.
std::optional<int> positive(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

}  // namespace

std::optional<LogLevel> ConfigType<LogLevel>::parse(std::string_view text) {
  using Name = std::pair<std::string_view, LogLevel>;
  static constexpr auto kNames = std::to_array<Name>({{"ALL", LogLevel::kDebug},
                                                      {"TRACE", LogLevel::kDebug},
                                                      {"DEBUG", LogLevel::kDebug},
                                                      {"INFO", LogLevel::kInfo},
                                                      {"WARN", LogLevel::kWarning},
                                                      {"ERROR", LogLevel::kError},
                                                      {"FATAL", LogLevel::kOff},
                                                      {"OFF", LogLevel::kOff}});
  for (const auto& [name, level] : kNames)
    if (sameText(text, name)) return level;
  return std::nullopt;
}

std::optional<core::SchedulingMode> ConfigType<core::SchedulingMode>::parse(std::string_view text) {
  if (sameText(text, "FIFO")) return core::SchedulingMode::kFifo;
  if (sameText(text, "FAIR")) return core::SchedulingMode::kFair;
  return std::nullopt;
}

std::optional<Master> ConfigType<Master>::parse(std::string_view text) {
  constexpr std::string_view kBefore = "local[", kAfter = "]";
  if (text == "local") return Master{};
  if (text.size() <= kBefore.size() + kAfter.size() || !text.starts_with(kBefore) ||
      !text.ends_with(kAfter)) {
    return std::nullopt;
  }
  const std::string_view inside = text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size());
  const std::size_t comma = inside.find(',');
  const std::string_view count = core::trimmed(inside.substr(0, comma));
  Master master;
  if (count == "*") {
    master.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  } else {
    const auto threads = positive(count);
    if (!threads) return std::nullopt;
    master.threads = *threads;
  }
  if (comma == inside.npos) return master;
  master.maxTaskFailures = positive(core::trimmed(inside.substr(comma + 1)));
  return master.maxTaskFailures ? std::optional(master) : std::nullopt;
}

namespace config {

std::span<const ConfigEntry* const> entries() {
  static constexpr auto kEntries = std::to_array<const ConfigEntry*>({
      &kMaster,
      &kAppName,
      &kLogLevel,
      &kShowConsoleProgress,
      &kDriverMemory,
      &kMemoryFraction,
      &kLocalDirectory,
      &kDefaultParallelism,
      &kTaskMaxFailures,
      &kSchedulerMode,
      &kMode,
      &kBlockInterval,
      &kBlockQueueSize,
      &kReceiverRestartDelay,
      &kReceiverMaxRate,
      &kBackpressure,
      &kBackpressureInitialRate,
      &kBackpressureEstimator,
      &kBackpressureProportional,
      &kBackpressureIntegral,
      &kBackpressureDerived,
      &kBackpressureMinRate,
      &kReceiverMaxLineBytes,
      &kReceiverIdleTimeout,
      &kReceiverLog,
      &kReceiverLogRollingInterval,
      &kReceiverLogMaxFailures,
      &kFileMinRememberDuration,
      &kMinRememberDuration,
      &kFileDetectMoved,
      &kConcurrentJobs,
      &kGracefulStopTimeout,
      &kStopGracefullyOnShutdown,
      &kStopSparkContextByDefault,
      &kCheckpointDirectory,
      &kRecoveryStartAfresh,
      &kRecoveryDropUnknownState,
      &kRecoveryMaxUncommitted,
      &kRecoveryPoison,
      &kCheckpointEpochs,
      &kHealthLogInterval,
      &kUnpersist,
      &kClock,
  });
  return kEntries;
}

std::span<const std::string_view> withoutEffectYet() {
  static constexpr auto kNames = std::to_array<std::string_view>({
      "spark.streaming.continuous.maxPendingEpochs",
      "spark.streaming.driver.writeAheadLog.allowBatching",
      "spark.streaming.driver.writeAheadLog.batchingTimeout",
      "spark.streaming.driver.writeAheadLog.class",
      "spark.streaming.driver.writeAheadLog.closeFileAfterWrite",
      "spark.streaming.driver.writeAheadLog.maxFailures",
      "spark.streaming.driver.writeAheadLog.rollingIntervalSecs",
      "spark.streaming.dynamicAllocation.enabled",
      "spark.streaming.dynamicAllocation.maxExecutors",
      "spark.streaming.dynamicAllocation.minExecutors",
      "spark.streaming.dynamicAllocation.scalingDownRatio",
      "spark.streaming.dynamicAllocation.scalingInterval",
      "spark.streaming.dynamicAllocation.scalingUpRatio",
      "spark.streaming.dynamicAllocation.testing",
      "spark.streaming.internal.batchTime",
      "spark.streaming.internal.outputOpId",
      "spark.streaming.kafka.allowNonConsecutiveOffsets",
      "spark.streaming.kafka.consumer.cache.enabled",
      "spark.streaming.kafka.consumer.cache.initialCapacity",
      "spark.streaming.kafka.consumer.cache.loadFactor",
      "spark.streaming.kafka.consumer.cache.maxCapacity",
      "spark.streaming.kafka.consumer.poll.ms",
      "spark.streaming.kafka.maxRatePerPartition",
      "spark.streaming.kafka.minRatePerPartition",
      "spark.streaming.manualClock.jump",
      "spark.streaming.receiver.blockStoreTimeout",
      "spark.streaming.receiver.writeAheadLog.class",
      "spark.streaming.receiver.writeAheadLog.closeFileAfterWrite",
      "spark.streaming.sessionByKey.deltaChainThreshold",
      "spark.streaming.ui.retainedBatches",
  });
  return kNames;
}

}  // namespace config
}  // namespace millrace
