#include "benchmarks.hpp"
#include "cores.hpp"
#include "dstream/hand_window.hpp"
#include "dstream/stepped_program.hpp"
#include "harness.hpp"
#include "zipf.hpp"

#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <deque>
#include <numeric>

namespace millrace::bench {

namespace {

constexpr std::uint32_t kKeys = 1'000'000;
constexpr std::size_t kRecords = 1'000'000;
constexpr std::size_t kWindow = 60;
constexpr std::size_t kSlidesPerRound = 10;

/// What comes in, batch after batch: a few different ones, over and over, at a distance that does not divide the window.
class Input {
 public:
  explicit Input(const std::function<std::uint32_t(Random&)>& draw) {
    Random random(2);
    for (std::vector<std::uint64_t>& batch : batches_) {
      for (std::size_t i = 0; i < kRecords; ++i) batch.push_back(draw(random));
      checksums_.push_back(
          std::transform_reduce(batch.begin(), batch.end(), std::uint64_t{0}, std::plus<>(), keyMark));
    }
  }

  static constexpr std::size_t kDifferent = 8;
  const std::vector<std::uint64_t>& batch(std::size_t number) const { return batches_[number % kDifferent]; }
  /// What a window that ends with batch `last` has to give.
  std::int64_t checksum(std::size_t last) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < std::min(kWindow, last + 1); ++i) sum += checksums_[(last - i) % kDifferent];
    return static_cast<std::int64_t>(sum);
  }

 private:
  std::vector<std::vector<std::uint64_t>> batches_{kDifferent};
  std::vector<std::uint64_t> checksums_;
};

/// A window that the engine keeps, slid by a clock that is moved by hand.
class EngineWindow {
 public:
  EngineWindow(const Input& input, int threads) : input_(input), program_(threads) {
    for (std::size_t i = 0; i < Input::kDifferent; ++i)
      rdds_.push_back(program_.sparkContext().parallelize(input.batch(i), threads));
    program_.context()
        .queueStream(queue_)
        .map([](std::uint64_t key) { return std::pair(key, std::int64_t{1}); })
        .reduceByKeyAndWindow(std::plus<>(), std::minus<>(), SteppedProgram::kInterval * kWindow,
                              SteppedProgram::kInterval)
        .foreachRDD([this](const RDD<std::pair<std::uint64_t, std::int64_t>>& window) {
          checksum_ = window
                          .map([](const auto& entry) {
                            return keyMark(entry.first) * static_cast<std::uint64_t>(entry.second);
                          })
                          .reduce(std::plus<>());
        });
    program_.context().start();
  }

  void slide() {
    queue_.push(rdds_[next_ % Input::kDifferent]);
    program_.step();
    expectEqual("checksum of the engine's window", static_cast<std::int64_t>(checksum_),
                input_.checksum(next_));
    ++next_;
  }

 private:
  const Input& input_;
  std::uint64_t checksum_ = 0;
  RDDQueue<std::uint64_t> queue_;
  SteppedProgram program_;
  std::vector<RDD<std::uint64_t>> rdds_;
  std::size_t next_ = 0;
};

class HandWindows {
 public:
  HandWindows(const Input& input, int threads) : input_(input), window_(kWindow, threads) {}

  void slide() {
    std::uint64_t checksum = window_.slide(input_.batch(next_));
    expectEqual("checksum of the hand-written window", static_cast<std::int64_t>(checksum),
                input_.checksum(next_));
    ++next_;
  }

 private:
  const Input& input_;
  HandWindow window_;
  std::size_t next_ = 0;
};

/// Milliseconds per slide. Before the first round the window is full, and batches are dropped as fast as new ones come.
template <class Window>
std::function<double()> slides(std::shared_ptr<Window> window) {
  for (std::size_t i = 0; i < 2 * kWindow; ++i) window->slide();
  return [window] {
    double seconds = secondsOf([&] {
      for (std::size_t i = 0; i < kSlidesPerRound; ++i) window->slide();
    });
    return seconds * 1e3 / kSlidesPerRound;
  };
}

Figures measured(Session& session, const Input& input, int threads, std::vector<Variant> others = {}) {
  others.push_back({"hand", slides(std::make_shared<HandWindows>(input, threads))});
  others.push_back({"engine", slides(std::make_shared<EngineWindow>(input, threads))});
  return session.measure(others);
}

void compare(Session& session, const std::string& name, const Input& input) {
  Figures one = measured(session, input, 1);
  session.report(name, "ms", one, ratioAtMost(3));
  if (!hasTwoCores()) return;
  // A process has one active context, so the rounds of one core come first.
  Figures two =
      measured(session, input, 2, {{"engine, one core", [ms = one.median("engine")] { return ms; }}});
  session.report(name + ", two cores", "ms", two, ratioAtMost(3));
  session.report(name + ", two cores beside one", "ms", two, ratioAtMost(1 / 1.5), "engine",
                 "engine, one core");
}

}  // namespace

void windowInverse(Session& session) {
  compare(session, "window_inverse, uniform keys", Input([](Random& random) { return random.below(kKeys); }));
  compare(session, "window_inverse, Zipf keys",
          Input([ranks = Zipf(kKeys)](Random& random) { return ranks(random); }));
}

}  // namespace millrace::bench
