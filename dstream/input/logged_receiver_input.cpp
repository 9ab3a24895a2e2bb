#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/input/logged_receiver_input.hpp>

#include <cctype>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kMostWaiting = std::size_t{512} << 20;

struct Place {
  std::string directory;
  std::string ranges;
};

Place readPlace(std::string_view bytes) {
  if (bytes.empty()) return {};
  ByteReader from(bytes);
  return Codec<Place>::read(from);
}

std::optional<std::uint64_t> endOf(const Place& place) {
  if (place.ranges.empty()) return std::nullopt;
  const auto ranges = readRanges(place.ranges);
  if (ranges.empty() || ranges[0].positions.until.empty()) return std::nullopt;
  return ranges[0].positions.until.as<std::uint64_t>();
}

PolledInput::Options withBlocks(PolledInput::Options options) {
  options.partitions = 1;
  options.maxRate = options.initialRate = RateLimiter::kNoLimit;
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

}  // namespace

LoggedReceiverInput::LoggedReceiverInput(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                                         const std::shared_ptr<Clock>& clock, const Options& options,
                                         std::shared_ptr<ReceiverLogs> logs, const ReceivedForm& form)
    : LoggedReceiverInput(graph, kind, clock, options, logs, form, logs->add(form)) {}

LoggedReceiverInput::LoggedReceiverInput(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                                         const std::shared_ptr<Clock>& clock, const Options& options,
                                         std::shared_ptr<ReceiverLogs> logs, const ReceivedForm& form,
                                         const std::shared_ptr<ReceiverLog>& log)
    : PolledInput(
          graph, kind, clock, withBlocks(options), [log](int) { return std::make_unique<LoggedBlocks>(log); },
          form.concat),
      logs_(std::move(logs)),
      log_(log),
      form_(form) {}

void LoggedReceiverInput::validate() const {
  if (form_.codec != nullptr) return;
  throw Unsupported(
      inputName() +
      " cannot be logged (spark.streaming.receiver.writeAheadLog.enable), since its records of type " +
      form_.typeName +
      " cannot be written: give the type template <class A> void serialize(A& archive) { archive(x, y); } or "
      "specialise millrace::Codec");
}

std::string LoggedReceiverInput::usualName() const {
  return info()->name.empty() ? std::to_string(info()->id) : "name-" + asFileName(info()->name);
}

void LoggedReceiverInput::start() {
  if (name_.empty()) name_ = logs_->claim(usualName());
  logs_->open(*log_, name_, from_);
}

std::string LoggedReceiverInput::placeBehind(Time time) const {
  ByteWriter to;
  Codec<Place>::write(to, {name_, PolledInput::placeBehind(time)});
  return to.written();
}

void LoggedReceiverInput::resumeAt(std::string_view bytes) {
  const Place place = readPlace(bytes);
  name_ = logs_->claim(place.directory);
  from_ = endOf(place);
  if (from_) PolledInput::resumeAt(place.ranges);
}

void LoggedReceiverInput::committed(std::string_view place) {
  const auto end = endOf(readPlace(place));
  if (end) log_->cleanTo(std::exchange(committed_, *end));
}

StreamPtr loggedReceiverStream(const std::shared_ptr<LoggedReceiverInput>& input,
                               const std::shared_ptr<ReceiverTracker>& tracker,
                               std::unique_ptr<ReceiverBase> receiver) {
  tracker->addReceiver(input->inputId(), std::move(receiver),
                       [log = input->log()](BlockPtr block, const std::stop_token& stop) {
                         log->store(std::move(block), stop);
                       });
  input->graph()->addInput(input);
  return input;
}

}  // namespace millrace::core
