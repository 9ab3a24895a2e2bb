#pragma once

#include <millrace/rdd/core/run/task_context.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace millrace::test {

/// Watches whether each task has a copy of its own of a user's functions. A lambda captures a `Copy` by value and calls it
/// first; a copy that was called in one task must not be called in another, nor be what the other's copy is made from. A
/// task is told by its partition and its round: a batch, or an epoch.
class TaskFunctions {
 public:
  class Copy {
   public:
    /// Notes that the function that holds this copy is called.
    void operator()() const { seen_->note(name_, user_); }

   private:
    friend TaskFunctions;
    struct User {
      int round;
      int partition;  // -1: the driver
      bool operator==(const User&) const = default;
    };
    struct Seen {
      void note(const std::string& name, std::optional<User>& user) {
        const TaskContext* task = TaskContext::get();
        std::lock_guard lock(mutex);
        const User now{round, task == nullptr ? -1 : task->partitionId()};
        if (user && *user != now)
          faults.insert(name + " of " + describe(*user) + " was called again in " + describe(now));
        user = now;
        if (task != nullptr) ++calls[name];
      }
      static std::string describe(const User& user) {
        return (user.partition < 0 ? "the driver" : "partition " + std::to_string(user.partition)) +
               " in round " + std::to_string(user.round);
      }
      std::mutex mutex;
      int round = 0;
      std::map<std::string, int> calls;
      std::set<std::string> faults;
    };
    Copy(std::shared_ptr<Seen> seen, std::string name) : seen_(std::move(seen)), name_(std::move(name)) {}

    std::shared_ptr<Seen> seen_;
    std::string name_;
    mutable std::optional<User> user_;
  };

  /// What the function for this parameter of an operator captures.
  Copy copyFor(const std::string& parameter) {
    std::lock_guard lock(seen_->mutex);
    seen_->calls.try_emplace(parameter, 0);
    return Copy(seen_, parameter);
  }
  /// The same for a function that only the driver calls.
  Copy driverCopyFor(const std::string& parameter) {
    std::lock_guard lock(seen_->mutex);
    driverOnly_.insert(parameter);
    return Copy(seen_, parameter);
  }
  void nextRound() {
    std::lock_guard lock(seen_->mutex);
    ++seen_->round;
  }
  /// What was wrong: copies that several tasks used, and functions that none called.
  std::set<std::string> faults() const {
    std::lock_guard lock(seen_->mutex);
    std::set<std::string> all = seen_->faults;
    for (const auto& [name, calls] : seen_->calls)
      if (calls == 0) all.insert(name + " was called in no task");
    return all;
  }
  /// The parameters that a function was given for.
  std::set<std::string> parameters() const {
    std::lock_guard lock(seen_->mutex);
    std::set<std::string> names;
    for (const auto& [name, calls] : seen_->calls) names.insert(name);
    names.insert(driverOnly_.begin(), driverOnly_.end());
    return names;
  }

 private:
  std::shared_ptr<Copy::Seen> seen_ = std::make_shared<Copy::Seen>();
  std::set<std::string> driverOnly_;
};

/// The operators that a facade's header (such as "rdd/rdd.hpp") declares and that take a function: by their signature,
/// `zipPartitions(a, function, preservesPartitioning)`, the names of the parameters that take one. A parameter counts as
/// a function unless its type is known to be data, so that a new operator cannot go unseen.
std::map<std::string, std::set<std::string>> operatorsWithFunctions(const std::string& header);

}  // namespace millrace::test
