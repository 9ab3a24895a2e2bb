#pragma once

#include <millrace/dstream/input/polled_input.hpp>
#include <millrace/io/receiver_log.hpp>
#include <millrace/io/receiver_logs.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::core {

/// The stream of the records of a receiver that stores into a log: a source that can be read again, whose positions are the
/// numbers of its blocks. A batch has a partition for each of its blocks, in the order in which they came.
class LoggedReceiverInput final : public PolledInput {
 public:
  LoggedReceiverInput(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                      const std::shared_ptr<Clock>& clock, const Options& options,
                      std::shared_ptr<ReceiverLogs> logs, const ReceivedForm& form);

  /// Unsupported, with the cure, for records that cannot be written.
  void validate() const override;
  void start() override;
  /// Stores a block of the receiver; see ReceiverLog::store.
  const std::shared_ptr<ReceiverLog>& log() const { return log_; }

  /// A place names the log's directory, so that an operator that is another one by number goes on with its own.
  std::string placeBehind(Time time) const override;
  void resumeAt(std::string_view place) override;
  void committed(std::string_view place) override;

 private:
  LoggedReceiverInput(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                      const std::shared_ptr<Clock>& clock, const Options& options,
                      std::shared_ptr<ReceiverLogs> logs, const ReceivedForm& form,
                      const std::shared_ptr<ReceiverLog>& log);

  /// Receivers are slowed down where they store.
  void setRate(std::int64_t) override {}
  std::string usualName() const;

  const std::shared_ptr<ReceiverLogs> logs_;
  const std::shared_ptr<ReceiverLog> log_;
  const ReceivedForm& form_;
  std::string name_;                   // of the log's directory
  std::optional<std::uint64_t> from_;  // where an earlier run had come to
  std::uint64_t committed_ = 0;        // the position of the version before
};

/// Such a stream of a receiver that the tracker runs.
StreamPtr loggedReceiverStream(const std::shared_ptr<LoggedReceiverInput>& input,
                               const std::shared_ptr<ReceiverTracker>& tracker,
                               std::unique_ptr<ReceiverBase> receiver);

}  // namespace millrace::core
