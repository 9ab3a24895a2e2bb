#include <millrace/io/receiver_supervisor.hpp>

#include <millrace/base/arithmetic.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/io/backoff.hpp>

#include <boost/core/demangle.hpp>

#include <algorithm>
#include <exception>
#include <typeinfo>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::int64_t kLogInterval = 60'000;
constexpr std::int64_t kMostRetryDelay = 60'000;

std::string nameOf(const ReceiverBase& receiver, int streamId) {
  std::string type = boost::core::demangle(typeid(receiver).name());
  std::size_t scope = type.substr(0, type.find('<')).rfind("::");
  if (scope != std::string::npos) type.erase(0, scope + 2);
  return type + "-" + std::to_string(streamId);
}

/// The text of the exception being handled.
std::string currentError() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace

ReceiverSupervisor::ReceiverSupervisor(int streamId, std::unique_ptr<ReceiverBase> receiver,
                                       std::shared_ptr<Clock> clock, const ReceiverOptions& options,
                                       BlockSink& sink, ReceiverEvents& events)
    : streamId_(streamId),
      name_(nameOf(*receiver, streamId)),
      clock_(clock),
      restartDelay_(options.restartDelay),
      live_(options.live),
      sink_(sink),
      events_(events),
      limiter_(clock, options.maxRate, options.initialRate, options.blockInterval),
      generator_(
          clock, {options.blockInterval, options.blockQueueSize, name_, options.live},
          [this] { return receiver_->takeBlock(); }, [this](BlockPtr block) { pushGathered(block); }),
      receiver_(std::move(receiver)) {
  receiver_->streamId_ = streamId;
  receiver_->supervisor_ = this;
}

void ReceiverSupervisor::run(std::stop_token context) {
  std::stop_token stopped;
  {
    MutexLock lock(mutex_);
    request_.reset();
    stopped_ = std::stop_source();
    stopped = stopped_.get_token();
  }
  limiter_.limit(true);
  std::stop_callback stopWithContext(context, [this] {
    requestStop({.restart = false, .reason = {"The context stops", ""}, .byContext = true});
  });
  generator_.start();
  startReceiver();
  ReceiverFailure reason = serveRestarts(stopped);
  stopReceiver();
  generator_.stop();
  events_.onStopped(streamId_, reason);
}

ReceiverFailure ReceiverSupervisor::serveRestarts(std::stop_token stopped) {
  while (true) {
    Request request = awaitRequest();
    logReason(request);
    if (!request.restart) return request.reason;
    stopReceiver();
    events_.onStopped(streamId_, request.reason);
    if (clock_->waitUntil(saturatedSum(clock_->now(), request.delay), stopped)) startReceiver();
  }
}

ReceiverSupervisor::Request ReceiverSupervisor::awaitRequest() {
  MutexLock lock(mutex_);
  while (!request_) requested_.wait(lock);
  return *std::exchange(request_, std::nullopt);
}

void ReceiverSupervisor::startReceiver() {
  state_ = State::kStarted;
  events_.onStarted(streamId_);
  try {
    receiver_->onStart();
  } catch (...) {
    stop({"Starting " + name_ + " failed", currentError()});
  }
}

void ReceiverSupervisor::stopReceiver() {
  if (state_.exchange(State::kStopped) != State::kStarted) return;
  try {
    receiver_->onStop();
  } catch (...) {
    reportError({"Stopping " + name_ + " failed", currentError()});
  }
}

void ReceiverSupervisor::addData(FunctionRef<std::size_t()> append) {
  limiter_.acquire();
  generator_.addData([&] {
    const std::size_t bytes = append();
    ++notStored_;
    return bytes;
  });
}

std::int64_t ReceiverSupervisor::recordsNotStored() const {
  return notStored_ + static_cast<std::int64_t>(receiver_->gathered());
}

void ReceiverSupervisor::pushBlock(BlockPtr block) {
  if (!block) return;
  awaitPush();
  const auto records = static_cast<std::int64_t>(block->records());
  notStored_ += records;
  const ScopeExit over([&] { notStored_ -= records; });
  try {
    sink_.onBlock(streamId_, std::move(block));
  } catch (...) {
    reportStoring();
    throw;
  }
}

void ReceiverSupervisor::pushOrRetry(BlockPtr block) {
  if (!block) return;
  awaitPush();
  notStored_ += static_cast<std::int64_t>(block->records());
  pushGathered(block);
}

void ReceiverSupervisor::awaitPush() {
  limiter_.awaitRelease();
  if (generator_.state() != BlockGenerator::State::kActive) {
    throw SparkException(name_ + ": records came after the receiver had stopped; end storing in onStop");
  }
}

void ReceiverSupervisor::pushGathered(const BlockPtr& block) {
  const auto records = static_cast<std::int64_t>(block->records());
  const ScopeExit over([&] { notStored_ -= records; });
  Backoff backoff(restartDelay_, kMostRetryDelay);
  while (!tryToPush(block)) {
    if (clock_->waitUntil(saturatedSum(clock_->now(), backoff.next()), stopToken())) continue;
    logError("records are lost: they could not be stored until the receiver was to stop",
             {{"receiver", name_}, {"records", records}});
    return;
  }
}

bool ReceiverSupervisor::tryToPush(const BlockPtr& block) {
  try {
    sink_.onBlock(streamId_, block);
    return true;
  } catch (...) {
    reportStoring();
    return false;
  }
}

void ReceiverSupervisor::reportStoring() {
  reportError({"Storing a block of " + name_ + " failed", currentError()});
}

std::stop_token ReceiverSupervisor::stopToken() {
  MutexLock lock(mutex_);
  return stopped_.get_token();
}

void ReceiverSupervisor::reportError(const ReceiverFailure& failure) {
  logWarning(failure.message, {{"receiver", name_}, {"error", failure.error}});
  events_.onError(streamId_, failure);
}

void ReceiverSupervisor::restart(ReceiverFailure reason, std::optional<std::int64_t> delay) {
  MutexLock lock(mutex_);
  if (state_ != State::kStarted || request_) return;
  request_ = Request{.restart = true,
                     .reason = std::move(reason),
                     .delay = std::max<std::int64_t>(delay.value_or(restartDelay_), 0)};
  requested_.notifyOne();
}

void ReceiverSupervisor::stop(ReceiverFailure reason) {
  requestStop({.restart = false, .reason = std::move(reason)});
}

void ReceiverSupervisor::requestStop(Request stop) {
  limiter_.limit(false);
  MutexLock lock(mutex_);
  if (request_ && !request_->restart) return;
  request_ = std::move(stop);
  requested_.notifyOne();
  stopped_.request_stop();
}

void ReceiverSupervisor::logReason(const Request& request) {
  if (request.byContext) return;
  const auto& [message, error] = request.reason;
  const std::string reason = error.empty() ? message : message + ": " + error;
  if (loggedReason_ != reason) {
    loggedReason_ = reason;
    reasonLog_.emplace(clock_, kLogInterval);
  }
  const auto heldBack = reasonLog_->admit();
  if (!heldBack) return;
  if (request.restart) {
    logWarning(
        reason,
        {{"receiver", name_}, {"restart_in_ms", request.delay}, {"restarts_since_last_line", *heldBack}});
  } else {
    logWarning("receiver stopped: " + reason, {{"receiver", name_}, {"stops_since_last_line", *heldBack}});
  }
}

}  // namespace millrace::core
