#include <millrace/io/source_pump.hpp>

#include <millrace/base/arithmetic.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/scope_exit.hpp>

#include <exception>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::int64_t kMostRetryDelay = 60'000;
constexpr std::size_t kMostBeforeMark = std::size_t{64} << 20;

thread_local const void* pumpingFor = nullptr;

}  // namespace

SourcePump::SourcePump(std::shared_ptr<Clock> clock, Options options, OpenSourcePartition open,
                       RateShares& rate, PumpSink& sink)
    : clock_(std::move(clock)),
      options_(std::move(options)),
      open_(std::move(open)),
      rate_(rate),
      sink_(sink),
      backoff_(options_.restartDelay, kMostRetryDelay) {}

SourcePump::~SourcePump() { stop(); }

void SourcePump::start() {
  thread_ = std::thread([this] { run(); });
}

void SourcePump::requestMark(std::int64_t mark) {
  {
    MutexLock lock(mutex_);
    marks_.push_back(mark);
  }
  wake();
}

void SourcePump::stop() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

bool SourcePump::isOwnThread() const { return pumpingFor == this; }

void SourcePump::run() {
  pumpingFor = this;
  while (!stopping_) turn();
  if (partition_) partition_->onNotify(nullptr);
  partition_.reset();
}

void SourcePump::turn() {
  const auto mark = nextMark();
  if (mark) {
    pollToEnd();
    sink_.onMark(options_.partition, *mark, {std::exchange(marked_, position_), position_});
  } else if (!poll()) {
    awaitWork();
  }
}

void SourcePump::pollToEnd() {
  const std::size_t last = sent_ + kMostBeforeMark;
  if (!poll()) return;
  for (std::size_t left = partition_->pollsLeft(); left > 0 && sent_ < last && poll(); --left) continue;
}

bool SourcePump::poll() {
  if (!partition_ && clock_->now() < retryAt_) return false;
  try {
    if (!partition_) open();
    const std::size_t permits = rate_.take(sharer(), SourcePartitionBase::kMostRecords);
    limited_ = permits == 0;
    if (limited_) return false;
    BlockPtr block = pollBlock(permits);
    Position behind = partition_->position();
    backoff_.reset();
    const bool came = block != nullptr;
    if (came) {
      sent_ += block->bytes();
      sink_.onBlock(options_.partition, std::move(block));
    }
    position_ = std::move(behind);
    return came;
  } catch (const std::exception& failure) {
    noteFailure(failure.what());
  } catch (...) {
    noteFailure("an exception that is no std::exception");
  }
  return false;
}

void SourcePump::open() {
  partition_ = open_(options_.partition);
  partition_->onNotify([this] { wake(); });
  if (position_.empty()) {
    position_ = marked_ = partition_->position();
  } else {
    partition_->seek(position_);
  }
}

BlockPtr SourcePump::pollBlock(std::size_t permits) {
  std::size_t records = 0;
  const ScopeExit settled([&] { rate_.settle(sharer(), permits, records); });
  BlockPtr block = partition_->pollBlock(permits);
  if (block) records = block->records();
  return block;
}

void SourcePump::noteFailure(const std::string& reason) {
  const std::int64_t delay = backoff_.next();
  retryAt_ = saturatedSum(clock_->now(), delay);
  partition_.reset();
  logWarning("polling a source failed: it is opened anew", {{"source", options_.source},
                                                            {"partition", options_.partition},
                                                            {"position", position_.text()},
                                                            {"in_ms", delay},
                                                            {"error", reason}});
}

std::optional<std::int64_t> SourcePump::nextMark() {
  MutexLock lock(mutex_);
  if (marks_.empty()) return std::nullopt;
  const std::int64_t mark = marks_.front();
  marks_.pop_front();
  return mark;
}

void SourcePump::awaitWork() {
  std::stop_token woken;
  {
    MutexLock lock(mutex_);
    if (std::exchange(woken_, false) || !marks_.empty() || stopping_) return;
    woken = sleep_.emplace().get_token();
  }
  clock_->waitUntil(nextPoll(), woken);
  MutexLock lock(mutex_);
  sleep_.reset();
  woken_ = false;
}

std::int64_t SourcePump::nextPoll() {
  if (!partition_) return retryAt_;
  if (limited_) return rate_.retryAt();
  return saturatedSum(clock_->now(), partition_->pollInterval().count());
}

void SourcePump::wake() {
  std::optional<std::stop_source> sleep;
  {
    MutexLock lock(mutex_);
    woken_ = true;
    sleep = sleep_;
  }
  if (sleep) sleep->request_stop();
}

}  // namespace millrace::core
