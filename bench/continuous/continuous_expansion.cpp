#include "alone.hpp"
#include "benchmarks.hpp"
#include "continuous/expansion.hpp"
#include "continuous/modes.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "scratch.hpp"

#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/io/receiver.hpp>
#include <millrace/rdd/ops.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace::bench {

namespace {

constexpr std::int64_t kRecords = 4'000'000;
constexpr std::int64_t kWarmUp = 1000;

class ByHand final : public Receiver<std::string> {
 public:
  explicit ByHand(std::promise<void>& started) : Receiver(StorageLevel::MEMORY_ONLY), started_(started) {}
  void onStart() override { started_.set_value(); }
  void onStop() override {}

 private:
  std::promise<void>& started_;
};

/// Counts what comes to the end, in a writer, whichever thread runs it.
class Arrivals {
 public:
  void add() {
    if (++arrived_ == kWarmUp) warm_.set_value();
    if (arrived_ == kWarmUp + kRecords) all_.set_value();
  }
  void awaitWarmUp() { await(warm_); }
  void awaitAll() { await(all_); }

 private:
  static void await(std::promise<void>& event) {
    if (event.get_future().wait_for(std::chrono::minutes(1)) != std::future_status::ready)
      throw std::runtime_error("not all records come to the end of the program");
  }
  std::atomic<std::int64_t> arrived_ = 0;
  std::promise<void> warm_, all_;
};

/// From now on VmHWM is the peak since now.
void forgetPeak() { std::ofstream("/proc/self/clear_refs") << 5; }

/// 0 … n-1, where the line says n.
auto expand(const std::string& line) {
  return std::views::iota(std::int64_t{0}, std::int64_t{std::stoll(line)});
}

void build(const DStream<std::string>& lines, const std::string& exchange, Arrivals& arrivals) {
  auto expanded = lines.flatMap(expand);
  auto arrive = [&arrivals](std::int64_t) { arrivals.add(); };
  if (exchange == "repartition") {
    expanded.repartition(2).foreach (arrive);
  } else {
    expanded.map([](std::int64_t i) { return std::pair(i % 1000, i); })
        .mapWithState(StateSpec::function(
            [](std::int64_t, const std::optional<std::int64_t>& value, State<std::int64_t>& state) {
              state.update(*value);
              return *value;
            }))
        .foreach (arrive);
  }
}

}  // namespace

double peakAboveIdle(const std::string& program) {
  pinToWorkCore();
  std::string exchange = program.substr(0, program.find(','));
  bool isOneLine = program.ends_with("one line");
  std::promise<void> started;
  Arrivals arrivals;
  Scratch scratch;
  SparkContext sparkContext(inMode("continuous"), pinnedEngine(2));
  StreamingContext context(sparkContext, Milliseconds(100));
  context.checkpoint(scratch.path());
  auto owned = std::make_unique<ByHand>(started);
  ByHand& receiver = *owned;
  build(context.receiverStream(std::move(owned)), exchange, arrivals);
  context.start();
  started.get_future().get();
  receiver.store(std::vector<std::string>{std::to_string(kWarmUp)});
  arrivals.awaitWarmUp();
  forgetPeak();
  double idle = memoryOf("VmRSS");
  receiver.store(isOneLine ? std::vector{std::to_string(kRecords)}
                           : std::vector<std::string>(4000, std::to_string(kRecords / 4000)));
  arrivals.awaitAll();
  double peak = memoryOf("VmHWM");
  context.stop(true, false);
  return peak - idle;
}

void continuousExpansion(Session& session) {
  std::vector<Variant> variants;
  for (const char* program : {"repartition, 4 000 lines", "repartition, one line",
                              "mapWithState, 4 000 lines", "mapWithState, one line"})
    variants.push_back({program, [=] { return peakOfChild(program) / 1e6; }});
  Figures figures = session.measure(variants);
  for (const Variant& variant : variants)
    session.reportAlone("continuous_expansion, " + variant.name + ", memory above idle", "MB", figures,
                        variant.name, engineAtMost(16));
}

}  // namespace millrace::bench
