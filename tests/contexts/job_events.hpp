#pragma once

#include <millrace/rdd/core/run/spark_listener.hpp>

#include "support/observed.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace millrace::test {

/// Writes down the events of jobs.
class JobEvents : public SparkListener {
 public:
  void onApplicationStart(const SparkListenerApplicationStart& event) override {
    happened.add(event.appName + " started");
  }
  void onApplicationEnd(const SparkListenerApplicationEnd&) override { happened.add("ended"); }
  void onJobStart(const SparkListenerJobStart& event) override {
    keep(starts_, event);
    happened.add("job " + std::to_string(event.jobId));
  }
  void onJobEnd(const SparkListenerJobEnd& event) override {
    happened.add("job " + std::to_string(event.jobId) + end(event.failureReason));
  }
  void onStageSubmitted(const SparkListenerStageSubmitted& event) override {
    happened.add(text(event.stageInfo) + " of " + std::to_string(event.stageInfo.numTasks));
  }
  void onStageCompleted(const SparkListenerStageCompleted& event) override {
    keep(stages_, event.stageInfo);
    happened.add(text(event.stageInfo) + end(event.stageInfo.failureReason));
  }
  void onTaskStart(const SparkListenerTaskStart& event) override {
    happened.add("task " + text(event.stageId, event.taskInfo));
  }
  void onTaskEnd(const SparkListenerTaskEnd& event) override {
    happened.add("task " + text(event.stageId, event.taskInfo) + end(event.failureReason) +
                 (event.taskInfo.killed ? " (killed)" : ""));
  }

  /// All events, once the application has ended.
  std::vector<std::string> all() const {
    for (std::size_t seen = 0;;) {
      const auto events = happened.await(seen + 1);
      if (events.back() == "ended") return events;
      seen = events.size();
    }
  }
  std::vector<SparkListenerJobStart> starts() const { return copyOf(starts_); }
  std::vector<StageInfo> stages() const { return copyOf(stages_); }

  Happenings happened;

 private:
  static std::string text(const StageInfo& stage) {
    return "stage " + std::to_string(stage.stageId) + " " + stage.name;
  }
  static std::string text(int stage, const TaskInfo& task) {
    return std::to_string(stage) + "/" + std::to_string(task.partitionId) +
           (task.attemptNumber == 0 ? "" : "." + std::to_string(task.attemptNumber));
  }
  static std::string end(const std::optional<std::string>& failure) {
    return failure ? " failed: " + *failure : " succeeded";
  }
  template <class T>
  void keep(std::vector<T>& to, const T& event) {
    const std::lock_guard lock(mutex_);
    to.push_back(event);
  }
  template <class T>
  std::vector<T> copyOf(const std::vector<T>& from) const {
    const std::lock_guard lock(mutex_);
    return from;
  }

  mutable std::mutex mutex_;
  std::vector<SparkListenerJobStart> starts_;
  std::vector<StageInfo> stages_;
};

}  // namespace millrace::test
