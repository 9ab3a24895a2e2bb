#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/input/logged_receiver_input.hpp>
#include <millrace/dstream/input/polled_input.hpp>

#include <cctype>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kMostWaiting = std::size_t{512} << 20;

struct LoggedPlace {
  std::string directory;
  std::string ranges;
};

LoggedPlace readPlace(std::string_view bytes) {
  if (bytes.empty()) return {};
  ByteReader from(bytes);
  return Codec<LoggedPlace>::read(from);
}

std::optional<std::uint64_t> endOf(const LoggedPlace& place) {
  if (place.ranges.empty()) return std::nullopt;
  const auto ranges = readRanges(place.ranges);
  if (ranges.empty() || ranges[0].positions.until.empty()) return std::nullopt;
  return ranges[0].positions.until.as<std::uint64_t>();
}

PolledInput::Options optionsOf(const ReceiverLog::Options& log) {
  PolledInput::Options options;
  options.restartDelay = log.restartDelay;
  options.mostBytes = kMostWaiting;
  options.partitionPerBlock = true;
  return options;
}

/// Letters, digits and `-` as they are, other bytes as `%2F`.
std::string asFileName(const std::string& name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-')
      text += c;
    else
      text += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return text;
}

class LoggedReceiverInput final : public PolledInput {
 public:
  LoggedReceiverInput(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                      std::shared_ptr<ReceiverLogs> logs, const ReceivedForm& form,
                      const std::shared_ptr<ReceiverLog>& log)
      : PolledInput(
            graph, kind, logs->clock(), optionsOf(logs->options()),
            [log](int) { return std::make_unique<LoggedBlocks>(log); }, form.concat),
        logs_(std::move(logs)),
        log_(log),
        form_(form) {}

  void validate() const override {
    if (form_.codec != nullptr) return;
    throw Unsupported(
        inputName() +
        " cannot be logged (spark.streaming.receiver.writeAheadLog.enable), since its records of type " +
        form_.typeName +
        " cannot be written: give the type template <class A> void serialize(A& archive) { "
        "archive(x, y); } or specialise millrace::Codec");
  }

  void start() override {
    if (name_.empty()) name_ = logs_->claim(usualName());
    logs_->open(*log_, name_, from_);
  }

  std::string placeBehind(Time time) const override {
    ByteWriter to;
    Codec<LoggedPlace>::write(to, {name_, PolledInput::placeBehind(time)});
    return to.written();
  }

  void resumeAt(std::string_view bytes) override {
    const LoggedPlace place = readPlace(bytes);
    name_ = logs_->claim(place.directory);
    from_ = endOf(place);
    if (from_) PolledInput::resumeAt(place.ranges);
  }

  /// The version before the newest one can be needed, too, where that is damaged.
  void committed(std::string_view place) override {
    const auto end = endOf(readPlace(place));
    if (end) log_->cleanTo(std::exchange(committed_, *end));
  }

 private:
  /// The receiver is slowed down where it stores. What it has stored belongs to the next batch; what an earlier run has left
  /// can wait.
  void setRate(std::int64_t) override {}
  void hold(bool on) override { PolledInput::hold(on && !log_->isCaughtUp()); }

  std::string usualName() const {
    return info()->name.empty() ? std::to_string(info()->id) : "name-" + asFileName(info()->name);
  }

  const std::shared_ptr<ReceiverLogs> logs_;
  const std::shared_ptr<ReceiverLog> log_;
  const ReceivedForm& form_;
  std::string name_;                   // of the log's directory
  std::optional<std::uint64_t> from_;  // where an earlier run had come to
  std::uint64_t committed_ = 0;        // the position that was committed last
};

}  // namespace

StreamPtr loggedReceiverStream(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                               const std::shared_ptr<ReceiverLogs>& logs, const ReceivedForm& form,
                               const std::shared_ptr<ReceiverTracker>& tracker,
                               std::unique_ptr<ReceiverBase> receiver) {
  const auto log = logs->add(form);
  const auto input = std::make_shared<LoggedReceiverInput>(graph, kind, logs, form, log);
  tracker->addReceiver(
      input->inputId(), std::move(receiver),
      [log](BlockPtr block, const std::stop_token& stop) { log->store(std::move(block), stop); });
  graph->addInput(input);
  return input;
}

}  // namespace millrace::core
