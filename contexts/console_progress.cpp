#include <millrace/base/mutex.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/contexts/console_progress.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

constexpr std::int64_t kFirstDelayMs = 500;
constexpr std::int64_t kBetweenDrawingsMs = 200;
constexpr std::size_t kMostStages = 3;

struct RunningStage {
  const int number;
  const int tasks;
  const std::int64_t begun;
  std::atomic<int> started = 0;
  std::atomic<int> done = 0;

  StageProgress progress() const {
    const int doneBefore = done;
    return {number, tasks, doneBefore, started - doneBefore};
  }
};

class ConsoleProgress final : public JobRunner {
 public:
  ConsoleProgress(std::unique_ptr<JobRunner> runner, std::unique_ptr<Terminal> terminal,
                  std::shared_ptr<Clock> clock)
      : runner_(std::move(runner)), terminal_(std::move(terminal)), clock_(std::move(clock)) {}
  ~ConsoleProgress() override;

  void run(int tasks, FunctionRef<void(int)> task) override;
  int threads() const override { return runner_->threads(); }

 private:
  void begin(const RunningStage& stage);
  void end(const RunningStage& stage);
  bool awaitStage();
  void keepDrawing();
  void draw() MILLRACE_REQUIRES(mutex_);

  const std::unique_ptr<JobRunner> runner_;
  const std::unique_ptr<Terminal> terminal_;
  const std::shared_ptr<Clock> clock_;
  std::atomic<int> nextNumber_ = 0;
  std::stop_source stopping_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::vector<const RunningStage*> stages_ MILLRACE_GUARDED_BY(mutex_);
  bool isDrawn_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::jthread drawing_ MILLRACE_GUARDED_BY(mutex_);  // last, so that it ends before what it uses
};

ConsoleProgress::~ConsoleProgress() {
  stopping_.request_stop();
  MutexLock lock(mutex_);
  changed_.notifyAll();
}

void ConsoleProgress::run(int tasks, FunctionRef<void(int)> task) {
  RunningStage stage{nextNumber_++, tasks, clock_->now()};
  begin(stage);
  const ScopeExit atEnd([&] { end(stage); });
  runner_->run(tasks, [&](int number) {
    ++stage.started;
    task(number);
    ++stage.done;
  });
}

void ConsoleProgress::begin(const RunningStage& stage) {
  MutexLock lock(mutex_);
  if (!drawing_.joinable()) drawing_ = std::jthread([this] { keepDrawing(); });
  stages_.push_back(&stage);
  if (stages_.size() == 1) changed_.notifyOne();
}

void ConsoleProgress::end(const RunningStage& stage) {
  MutexLock lock(mutex_);
  std::erase(stages_, &stage);
  if (isDrawn_) draw();
}

bool ConsoleProgress::awaitStage() {
  MutexLock lock(mutex_);
  while (stages_.empty() && !stopping_.stop_requested()) changed_.wait(lock);
  return !stopping_.stop_requested();
}

void ConsoleProgress::keepDrawing() {
  while (awaitStage() && clock_->waitUntil(clock_->now() + kBetweenDrawingsMs, stopping_.get_token())) {
    MutexLock lock(mutex_);
    draw();
  }
}

void ConsoleProgress::draw() {
  std::vector<StageProgress> shown;
  for (const RunningStage* stage : stages_)
    if (shown.size() < kMostStages && clock_->now() - stage->begun > kFirstDelayMs)
      shown.push_back(stage->progress());
  if (shown.empty() && !isDrawn_) return;
  isDrawn_ = !shown.empty();
  terminal_->show(progressBar(shown, terminal_->columns()));
}

std::string barOf(const StageProgress& at, int columns) {
  const std::string head = "[Stage " + std::to_string(at.stage) + ":";
  const std::string tail = "(" + std::to_string(at.done) + " + " + std::to_string(at.running) + ") / " +
                           std::to_string(at.tasks) + "]";
  const int width = columns - static_cast<int>(head.size() + tail.size());
  if (width <= 0) return head + tail;
  std::string bar(static_cast<std::size_t>(width), ' ');
  const auto done = static_cast<std::size_t>(std::int64_t{width} * at.done / std::max(at.tasks, 1));
  std::fill_n(bar.begin(), done, '=');
  if (done < bar.size()) bar[done] = '>';
  return head + bar + tail;
}

}  // namespace

std::string progressBar(std::span<const StageProgress> stages, int columns) {
  std::string line;
  for (const StageProgress& stage : stages) line += barOf(stage, columns / static_cast<int>(stages.size()));
  if (line.size() > static_cast<std::size_t>(columns)) line.resize(static_cast<std::size_t>(columns));
  return line;
}

std::unique_ptr<JobRunner> withConsoleProgress(std::unique_ptr<JobRunner> runner,
                                               std::unique_ptr<Terminal> terminal,
                                               std::shared_ptr<Clock> clock) {
  return std::make_unique<ConsoleProgress>(std::move(runner), std::move(terminal), std::move(clock));
}

}  // namespace millrace::core
