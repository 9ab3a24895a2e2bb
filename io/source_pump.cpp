#include <millrace/io/source_pump.hpp>

#include <millrace/base/arithmetic.hpp>
#include <millrace/base/log.hpp>

#include <exception>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::int64_t kMostRetryDelay = 60'000;

}  // namespace

SourcePump::SourcePump(std::shared_ptr<Clock> clock, Options options, OpenSourcePartition open,
                       PumpSink& sink)
    : clock_(std::move(clock)),
      options_(std::move(options)),
      open_(std::move(open)),
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

void SourcePump::run() {
  while (!stopping_) turn();
  if (partition_) partition_->onNotify(nullptr);
  partition_.reset();
}

void SourcePump::turn() {
  const auto mark = nextMark();
  const bool came = poll();
  if (mark) {
    sink_.onMark(options_.partition, *mark, {std::exchange(marked_, position_), position_});
  } else if (!came) {
    awaitWork();
  }
}

bool SourcePump::poll() {
  if (!partition_ && clock_->now() < retryAt_) return false;
  try {
    if (!partition_) open();
    BlockPtr block = partition_->pollBlock();
    Position behind = partition_->position();
    backoff_.reset();
    const bool came = block != nullptr;
    if (came) sink_.onBlock(options_.partition, std::move(block));
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
  clock_->waitUntil(partition_ ? saturatedSum(clock_->now(), partition_->pollInterval().count()) : retryAt_,
                    woken);
  MutexLock lock(mutex_);
  sleep_.reset();
  woken_ = false;
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
