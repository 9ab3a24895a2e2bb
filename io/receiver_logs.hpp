#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/receiver_log.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {

/// The logs of the receivers of one context, each in a directory of its own below one for all of them. Thread-safe.
class ReceiverLogs {
 public:
  ReceiverLogs(std::shared_ptr<Clock> clock, const ReceiverLog::Options& options)
      : clock_(std::move(clock)), options_(options) {}

  /// A log for one more receiver, while the program is built.
  std::shared_ptr<ReceiverLog> add(const ReceivedForm& form);
  bool empty() const;
  const std::shared_ptr<Clock>& clock() const { return clock_; }
  const ReceiverLog::Options& options() const { return options_; }

  /// Says where they are. Before the receivers start.
  void openIn(std::shared_ptr<FileSystem> files, std::string directory);
  /// A name that no other log has claimed: this one, or one that begins with it.
  std::string claim(std::string name);
  /// ReceiverLog::open in the directory of this name.
  void open(ReceiverLog& log, const std::string& name, std::optional<std::uint64_t> from) const;
  /// Closes all; nobody stores any more.
  void close();

 private:
  const std::shared_ptr<Clock> clock_;
  const ReceiverLog::Options options_;
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<ReceiverLog>> logs_ MILLRACE_GUARDED_BY(mutex_);
  std::shared_ptr<FileSystem> files_ MILLRACE_GUARDED_BY(mutex_);
  std::string directory_ MILLRACE_GUARDED_BY(mutex_);
  std::set<std::string> claimed_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
