#include <millrace/base/file_system.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/path.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/recovery/plan_request.hpp>
#include <millrace/contexts/streaming_context_impl.hpp>
#include <millrace/dstream/input/file_input.hpp>
#include <millrace/dstream/input/logged_receiver_input.hpp>
#include <millrace/dstream/input/polled_input.hpp>
#include <millrace/dstream/input/receiver_input.hpp>
#include <millrace/io/binary_records.hpp>
#include <millrace/io/file_selection_rule.hpp>
#include <millrace/io/file_selector.hpp>
#include <millrace/io/raw_socket_receiver.hpp>
#include <millrace/io/socket_text_receiver.hpp>

#include <utility>

namespace millrace {

namespace {

std::shared_ptr<Clock> clockOf(const SparkContext& sparkContext) {
  if (sparkContext.getConf().get(config::kClock) == ClockKind::kManual)
    return std::make_shared<ManualClock>();
  return std::make_shared<SystemClock>();
}

std::int64_t rememberSpan(const SparkConf& conf, Duration batch) {
  const bool isOldName = conf.contains(config::kMinRememberDuration.name) &&
                         !conf.contains(config::kFileMinRememberDuration.name);
  const auto& key = isOldName ? config::kMinRememberDuration : config::kFileMinRememberDuration;
  return core::rememberSpan(batch.milliseconds(), conf.get(key).count());
}

}  // namespace

StreamingContext::StreamingContext(const SparkConf& conf, Duration batchDuration)
    : StreamingContext(SparkContext(conf), batchDuration) {}

StreamingContext::StreamingContext(const SparkContext& sparkContext, Duration batchDuration)
    : StreamingContext(sparkContext, batchDuration, clockOf(sparkContext)) {}

StreamingContext::StreamingContext(const SparkContext& sparkContext, Duration batchDuration,
                                   std::shared_ptr<Clock> clock)
    : impl_(std::make_shared<Impl>(sparkContext, batchDuration, std::move(clock))) {
  if (auto directory = sparkContext.getConf().getOption(config::kCheckpointDirectory)) checkpoint(*directory);
}

StreamingContext::StreamingContext(StreamingContext&&) noexcept = default;
StreamingContext& StreamingContext::operator=(StreamingContext&& other) noexcept {
  StreamingContext moved(std::move(other));
  std::swap(impl_, moved.impl_);
  return *this;
}

StreamingContext::~StreamingContext() {
  if (impl_ && impl_->state() == StreamingContextState::ACTIVE) {
    try {
      stop(true, false);
    } catch (const std::exception& error) {
      logError("stopping the StreamingContext in its destructor failed", {{"error", error.what()}});
    }
  }
  if (impl_) impl_->awaitStopper();
}

SparkContext StreamingContext::sparkContext() const { return impl_->sparkContext; }

Duration StreamingContext::batchDuration() const { return graph()->batchDuration(); }

void StreamingContext::setLogLevel(std::string_view level) const { sparkContext().setLogLevel(level); }

void StreamingContext::remember(Duration duration) { impl_->graph->remember(duration); }

void StreamingContext::checkpoint(const std::string& path) {
  const std::string directory = localPath(path);
  if (!path.empty()) {
    if (!core::PlanRequest::given()) impl_->sparkContext.engine()->files().createDirectories(directory);
    sparkContext().setCheckpointDir(directory);
  }
  impl_->checkpointTo(directory);
  impl_->graph->setCheckpointDirectory(directory);
}

void StreamingContext::goOnFrom(const std::string& checkpointDirectory) {
  impl_->goOnFrom(localPath(checkpointDirectory));
}

DStream<std::string_view> StreamingContext::socketTextStream(const std::string& hostname, int port,
                                                             StorageLevel level) {
  auto maxLine = static_cast<std::size_t>(sparkContext().getConf().get(config::kReceiverMaxLineBytes).bytes);
  auto receiver =
      std::make_unique<core::SocketTextReceiver>(peer("socketTextStream", hostname, port), level, maxLine);
  return DStream<std::string_view>(
      addReceiver("Socket stream", std::move(receiver), core::receivedForm<std::string_view>()));
}

core::SocketPeer StreamingContext::peer(const std::string& operation, const std::string& hostname,
                                        int port) const {
  return core::checked(operation,
                       {hostname, port, sparkContext().getConf().get(config::kReceiverIdleTimeout).count()});
}

core::StreamPtr StreamingContext::addRaw(const std::string& hostname, int port,
                                         core::SerializedBlockFn makeBlock, const core::ReceivedForm& form,
                                         StorageLevel level) {
  return addReceiver(
      "Raw stream",
      std::make_unique<core::RawSocketReceiver>(peer("rawSocketStream", hostname, port), makeBlock, level),
      form);
}

DStream<std::string_view> StreamingContext::textFileStream(const std::string& directory) {
  auto read = [context = sparkContext()](const std::string& path) {
    return core::whileThere<std::string_view>(context.textFile(path, 1).node(), path);
  };
  return DStream<std::string_view>(addFiles(directory, isVisibleFile, true, std::move(read)));
}

DStream<std::string_view> StreamingContext::binaryRecordsStream(const std::string& directory,
                                                                int recordLength) {
  core::checkRecordLength(recordLength);
  auto read = [context = sparkContext(), recordLength](const std::string& path) {
    return core::whileThere<std::string_view>(context.binaryRecords(path, recordLength).node(), path);
  };
  return DStream<std::string_view>(addFiles(directory, isVisibleFile, true, std::move(read)));
}

core::StreamPtr StreamingContext::addFiles(const std::string& directory, FileFilter filter, bool newFilesOnly,
                                           std::function<core::NodePtr(const std::string& path)> read) {
  const SparkConf conf = sparkContext().getConf();
  const bool detectsMoved = conf.get(config::kFileDetectMoved);
  const Duration batch = graph()->batchDuration();
  const std::int64_t now = impl_->clock->now(), span = rememberSpan(conf, batch);
  auto rule = detectsMoved ? core::fileIdentityRule(newFilesOnly)
                           : core::modificationTimeRule(newFilesOnly ? now : 0, span, batch.milliseconds());
  auto selector = std::make_unique<core::FileSelector>(sparkContext().engine()->files(), localPath(directory),
                                                       std::move(filter), std::move(rule));
  if (detectsMoved && newFilesOnly) selector->select(now);
  auto input = std::make_shared<core::FileInput>(graph(), std::move(selector), std::move(read));
  addInput(input);
  return input;
}

void StreamingContext::addInput(core::InputPtr input) { graph()->addInput(std::move(input)); }

core::StreamPtr StreamingContext::addPolled(const std::string& kind, int partitions,
                                            core::OpenSourcePartition open, core::ConcatFn concat) {
  const SparkConf conf = sparkContext().getConf();
  core::PolledInput::Options options;
  options.partitions = partitions;
  options.restartDelay = conf.get(config::kReceiverRestartDelay).count();
  options.maxRate = conf.get(config::kReceiverMaxRate);
  options.initialRate = conf.getOption(config::kBackpressureInitialRate).value_or(options.maxRate);
  options.burst = conf.get(config::kBlockInterval).count();
  auto input =
      std::make_shared<core::PolledInput>(graph(), kind, impl_->clock, options, std::move(open), concat);
  addInput(input);
  return input;
}

core::StreamPtr StreamingContext::addReceiver(const std::string& kind,
                                              std::unique_ptr<core::ReceiverBase> receiver,
                                              const core::ReceivedForm& form) {
  if (!impl_->receiverLogs) return core::receiverStream(graph(), kind, impl_->tracker, std::move(receiver));
  return core::loggedReceiverStream(graph(), kind, impl_->receiverLogs, form, impl_->tracker,
                                    std::move(receiver));
}

void StreamingContext::checkOwn(const std::string& what, const std::vector<core::StreamPtr>& streams) const {
  core::checkTogether(what, streams);
  if (streams[0]->graph() != graph())
    throw IllegalArgument("a " + what + " of streams of another StreamingContext: call it on theirs");
}

void StreamingContext::start() { impl_->start(); }

void StreamingContext::awaitTermination() { std::shared_ptr(impl_)->await(std::nullopt); }

bool StreamingContext::awaitTerminationOrTimeout(std::int64_t timeoutMs) {
  return std::shared_ptr(impl_)->await(std::chrono::milliseconds(timeoutMs));
}

void StreamingContext::stop(bool stopSparkContext, bool stopGracefully) {
  impl_->stop(stopSparkContext, stopGracefully);
}

void StreamingContext::stop(bool stopSparkContext) { stop(stopSparkContext, false); }

void StreamingContext::stop() { stop(sparkContext().getConf().get(config::kStopSparkContextByDefault)); }

StreamingContextState StreamingContext::getState() const { return impl_->state(); }

std::map<std::string, std::int64_t> StreamingContext::gauges() const { return impl_->gauges(); }

void StreamingContext::addStreamingListener(std::shared_ptr<StreamingListener> listener) {
  impl_->bus->add(std::move(listener));
}

void StreamingContext::removeStreamingListener(const std::shared_ptr<StreamingListener>& listener) {
  impl_->bus->remove(listener);
}

const std::shared_ptr<core::StreamGraph>& StreamingContext::graph() const { return impl_->graph; }

}  // namespace millrace
